import type { ServerResponse } from 'node:http';
import { ApiError } from '../../api/api-error.js';
import type { Row } from '../../api/changes.js';
import type { ConsoleApi } from '../../api/console-api.js';
import type { Frame } from '../../api/schemas.js';
import type { Seen } from './resumable-states.js';
import { changeOf, snapshotOf, stateOf, type ViewState } from './view-state.js';
import type { ViewSource } from './views.js';

const HEARTBEAT_MILLIS = 5_000;

/** Interval at which an unchanged view is read again: its window moves, and the rate of spans falls to 0. */
const IDLE_MILLIS = 1_000;

/**
 * Change of the event loop's delay, in milliseconds, that is worth a frame. An idle loop is up to a few milliseconds
 * late, by another number at each look.
 */
const DELAY_CHANGE_MILLIS = 10;

/** The same while the service's event loop is blocked, because the page shows for how long. */
const BLOCKED_MILLIS = 250;

/** Making frames for all clients takes at most 1/5 of the thread's time. */
const SHARE = 5;

/** Maximum bytes of the settings in a frame, because a list of scopes can be long. */
const SETTINGS_BYTES = 12_000;

export interface LiveStreamOptions {
  readonly api: ConsoleApi;
  readonly source: ViewSource;
  readonly out: ServerResponse;
  /** Number of the next frame, ascending over all streams. */
  readonly nextSeq: () => number;
  /** Monotonic, in milliseconds. */
  readonly elapsed: () => number;
  /** Called for an error other than a refusal. The stream has ended by then. */
  readonly onFault: () => void;
}

/**
 * The frames of one client.
 *
 * Holds the state that the client has seen, a dirty flag, and at most one frame in transit, so nothing can overflow. A
 * frame is made only when the socket has drained: a slow client gets fewer frames, but always current ones.
 */
export class LiveStream {
  readonly #api: ConsoleApi;
  readonly #source: ViewSource;
  readonly #out: ServerResponse;
  readonly #nextSeq: () => number;
  readonly #elapsed: () => number;
  readonly #onFault: () => void;
  #state: ViewState | undefined;
  #settings = '';
  #shown: Shown | undefined;
  #seq = 0;
  #version: number;
  #dirty = false;
  #draining = false;
  #busy = false;
  #skipped = 0;
  #lookedAt = 0;
  #sentAt = 0;
  #notBefore = 0;

  constructor({ api, source, out, nextSeq, elapsed, onFault }: LiveStreamOptions) {
    this.#api = api;
    this.#source = source;
    this.#out = out;
    this.#nextSeq = nextSeq;
    this.#elapsed = elapsed;
    this.#onFault = onFault;
    this.#version = api.version();
  }

  /** Number of changes left out. */
  get skipped(): number {
    return this.#skipped;
  }

  /** The state that the client has seen, for the case that the connection ends now. */
  get seen(): Seen | undefined {
    return this.#state === undefined ? undefined : { seq: this.#seq, key: this.#source.key, state: this.#state };
  }

  /**
   * Writes the first frame: a snapshot, or the changes since a state that the client has seen.
   *
   * @param answer the current answer of the view
   */
  begin(answer: Row, before: ViewState | undefined, reset: Frame['reset']): void {
    this.#lookedAt = this.#elapsed();
    const state = stateOf(this.#source.view, answer);
    if (before === undefined) {
      this.#write('snapshot', state, snapshotOf(this.#source.view, state), reset);
    } else {
      const change = changeOf(this.#source.view, before, state);
      this.#write(change === undefined ? 'heartbeat' : 'change', state, change?.text, reset);
    }
  }

  /**
   * Called ten times a second. Never throws: a frame that cannot be made ends only its own stream.
   *
   * @param streams number of streams that share the time for making frames
   */
  tick(streams: number): void {
    try {
      this.#advance(streams);
    } catch {
      this.#fail();
    }
  }

  #advance(streams: number): void {
    const now = this.#elapsed();
    const changed = this.#noteChange();
    if (this.#draining) {
      if (changed) this.#skipped++;
      return;
    }
    if (this.#busy || now < this.#notBefore) return;
    if (this.#dirty || now >= this.#lookedAt + this.#idleMillis) this.#look(now, streams).catch(() => this.#fail());
    else this.#beat(now);
  }

  #fail(): void {
    this.#out.destroy();
    this.#onFault();
  }

  #noteChange(): boolean {
    const version = this.#api.version();
    const changed = version !== this.#version;
    this.#version = version;
    this.#dirty ||= changed;
    return changed;
  }

  get #idleMillis(): number {
    return this.#api.isBlocked() ? BLOCKED_MILLIS : IDLE_MILLIS;
  }

  /** Reads the view, and writes a frame if it has changed. */
  async #look(now: number, streams: number): Promise<void> {
    this.#busy = true;
    this.#dirty = false;
    this.#lookedAt = now;
    try {
      const answering = answerOf(this.#source, this.#api);
      const read = this.#elapsed();
      const answer = await answering;
      const resumed = this.#elapsed();
      if (!this.#out.writable) return;
      this.#show(stateOf(this.#source.view, answer), now);
      // Leaves out the time in between, which this thread did not spend.
      const cost = read - now + this.#elapsed() - resumed;
      this.#notBefore = now + Math.max(this.#source.everyMillis, cost * SHARE * streams);
    } finally {
      this.#busy = false;
    }
  }

  #show(state: ViewState, now: number): void {
    const change = this.#state === undefined ? undefined : changeOf(this.#source.view, this.#state, state);
    const isNew = change?.isEvent === true || state.cut !== this.#state?.cut || this.#surroundingsDiffer();
    if (isNew) this.#write('change', state, change?.text);
    else this.#beat(now);
  }

  /** Whether a viewer would see a difference outside of the view: in counts, rate, settings, or the event loop. */
  #surroundingsDiffer(): boolean {
    const { text, delayMillis } = shownOf(this.#api.pulse());
    if (this.#shown === undefined || text !== this.#shown.text || this.#settingsText() !== this.#settings) return true;
    return Math.abs(delayMillis - this.#shown.delayMillis) >= DELAY_CHANGE_MILLIS;
  }

  #settingsText(): string {
    return JSON.stringify({ sampling: this.#api.sampling(), filter: this.#api.filter() });
  }

  #beat(now: number): void {
    if (now >= this.#sentAt + HEARTBEAT_MILLIS && this.#state !== undefined) this.#write('heartbeat', this.#state);
  }

  #write(type: Frame['type'], state: ViewState, data?: string, reset?: Frame['reset']): void {
    const settings = this.#settingsText();
    const showsSettings = type === 'snapshot' || settings !== this.#settings;
    const fits = Buffer.byteLength(settings) <= SETTINGS_BYTES;
    const cut = state.cut + (showsSettings && !fits ? 1 : 0);
    this.#seq = this.#nextSeq();
    this.#state = state;
    this.#settings = settings;
    const stats = this.#api.pulse();
    this.#shown = shownOf(stats);
    this.#sentAt = this.#elapsed();
    const head = JSON.stringify({
      epoch: this.#api.epoch,
      seq: this.#seq,
      type,
      reset,
      skipped: this.#skipped,
      cut: cut > 0 ? cut : undefined,
      now: this.#api.now(),
    });
    const settingsPart = showsSettings && fits ? `,"settings":${settings}` : '';
    const dataPart = data === undefined ? '' : `,"data":${data}`;
    const frame = `${head.slice(0, -1)},"stats":${JSON.stringify(stats)}${settingsPart}${dataPart}}`;
    this.#send(`event: ${type}\nid: ${this.#api.epoch}.${this.#seq}\ndata: ${frame}\n\n`);
  }

  #send(text: string): void {
    if (this.#out.write(text)) return;
    this.#draining = true;
    this.#out.once('drain', () => {
      this.#draining = false;
    });
  }
}

interface Shown {
  /** Everything but the delay of the event loop. */
  readonly text: string;
  readonly delayMillis: number;
}

function shownOf({ loop: { delayMillis, blockedMillis }, ...others }: Frame['stats']): Shown {
  return { text: JSON.stringify([others, blockedMillis]), delayMillis };
}

/** The answer, or the reason why there is none any more, such as an evicted trace or a silent service. */
async function answerOf({ read }: ViewSource, api: ConsoleApi): Promise<Row> {
  try {
    return await read(api);
  } catch (error) {
    if (error instanceof ApiError) return { refused: error.failure };
    return { refused: { error: 'The console failed to answer because of an internal error.' } };
  }
}
