import type { SamplingOptions, SamplingSettings, SpanCache } from 'otel-span-cache';
import type { HostMessage, HostSettings, HostState, Link, SettingsChange, WorkerMessage } from '../link/messages.js';
import type { SharedCounts } from '../link/shared-counts.js';
import { Feed } from './feed.js';
import { Heartbeat } from './heartbeat.js';
import { readOpenSpans } from './open-spans.js';
import type { Redaction } from './redaction.js';
import type { TimedFilter } from './timed-filter.js';
import { clearTimeout, setTimeout } from './timers.js';

/** Interval at which the state is sent while somebody is looking. */
const STATE_MILLIS = 500;

/** Maximum share of time for reading the state: with many open spans, it is sent less often. */
const STATE_SHARE = 0.02;

export interface HostSideOptions {
  readonly keep: 'always' | 'watched';
  readonly filter: TimedFilter;
  readonly onBeat: () => void;
}

/**
 * The service's side of one worker: the feed, the heartbeat, and the replies to the worker's requests. Its timers are
 * unref'ed, and it never throws.
 */
export class HostSide {
  readonly #cache: SpanCache;
  readonly #redaction: Redaction;
  readonly #link: Link<HostMessage>;
  readonly #always: boolean;
  readonly #heartbeat: Heartbeat;
  readonly #filter: TimedFilter;
  readonly #listeners: readonly { close(): void }[];
  #timer: NodeJS.Timeout | undefined;
  #watched = false;
  #closed = false;
  readonly feed: Feed;

  constructor(
    cache: SpanCache,
    redaction: Redaction,
    counts: SharedCounts,
    link: Link<HostMessage>,
    { keep, filter, onBeat }: HostSideOptions,
  ) {
    this.#cache = cache;
    this.#filter = filter;
    this.#redaction = redaction;
    this.#link = link;
    this.#always = keep === 'always';
    this.#heartbeat = new Heartbeat(counts, onBeat);
    this.feed = new Feed(cache, redaction, counts, link);
    const tell = () => this.#post({ type: 'settings', settings: settingsOf(cache, filter) });
    this.#listeners = [cache.sampling.onChange(tell), filter.onChange(tell)];
    if (this.#always) this.feed.start();
  }

  get watched(): boolean {
    return this.#watched;
  }

  onMessage(message: WorkerMessage): void {
    if (this.#closed) return;
    if (message.type === 'watched') this.#watch(message.watched);
    else if (message.type === 'state') this.#answer(message.id, () => ({ state: this.#state() }));
    else if (message.type === 'set') this.#answer(message.id, () => this.#set(message));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#heartbeat.close();
    for (const listener of this.#listeners) listener.close();
    this.feed.close();
  }

  #watch(watched: boolean): void {
    if (watched === this.#watched) return;
    this.#watched = watched;
    clearTimeout(this.#timer);
    if (watched) this.#sendState();
    if (this.#always) return;
    if (watched) this.feed.start();
    else this.feed.stop();
  }

  readonly #sendState = (): void => {
    const begun = performance.now();
    try {
      this.#post({ type: 'state', state: this.#state() });
    } catch {
      // The worker keeps showing the last state.
    }
    const pause = Math.max(STATE_MILLIS, (performance.now() - begun) / STATE_SHARE);
    this.#timer = setTimeout(this.#sendState, pause).unref();
  };

  #state(): HostState {
    return { stats: { ...this.#cache.stats() }, open: readOpenSpans(this.#cache, this.#redaction) };
  }

  #set(change: SettingsChange): { error?: string } {
    try {
      if (change.what === 'sampling') this.#cache.sampling.set(change.changes as SamplingOptions);
      else this.#filter.set(change.changes);
      return {};
    } catch (error) {
      return { error: (error as Error).message };
    }
  }

  #answer(id: number, answer: () => { state?: HostState; error?: string }): void {
    try {
      this.#post({ type: 'answer', id, ...answer() });
    } catch (error) {
      this.#post({ type: 'answer', id, error: String(error) });
    }
  }

  #post(message: HostMessage): void {
    if (!this.#closed) this.#link.postMessage(message);
  }
}

export function settingsOf(cache: SpanCache, filter: TimedFilter): HostSettings {
  return { sampling: samplingOf(cache.sampling.settings), filter: filter.state };
}

function samplingOf({ enabled, ratio, until }: SamplingSettings): HostSettings['sampling'] {
  return { enabled, ratio, until: until === Infinity ? null : until };
}
