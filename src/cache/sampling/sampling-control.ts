import { isDeepStrictEqual } from 'node:util';
import type { Handle } from '../../support/handle.js';
import { ChangeListeners, type LiveSettings } from '../../support/live-settings.js';
import { ROOT, unref } from '../../support/timers.js';
import type { Deadline } from './deadline.js';
import { applyChanges, expired, INITIAL, isExpired, settingsOf } from './sampling-settings.js';
import type { SamplingOptions, SamplingSettings, SamplingState } from './sampling-settings.js';
import { TraceRatio } from './trace-ratio.js';

/** How late listeners are called for an end if the wall clock was set, at most. Nobody else waits for the timer. */
const MAX_WAIT_MILLIS = 60_000;

/**
 * The sampling of `cache.sampling`.
 *
 * From its deadline on it is off, because every reader compares the time. A timer only calls the listeners, who do not
 * read.
 */
export class SamplingControl implements LiveSettings<SamplingSettings, SamplingOptions> {
  #state = INITIAL;
  /** Undefined while sampling is off. Its deadline may have passed. */
  #inForce: { readonly traces: TraceRatio; readonly deadline: Deadline } | undefined;
  #hasBeenEnabled = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #listeners = new ChangeListeners<SamplingSettings>('sampling');

  constructor(initial?: SamplingOptions) {
    this.#replace(applyChanges(INITIAL, initial));
  }

  get settings(): SamplingSettings {
    return settingsOf(isExpired(this.#state) ? expired(this.#state) : this.#state);
  }

  set(changes: SamplingOptions): void {
    this.#expire();
    const state = applyChanges(this.#state, changes);
    if (this.#listeners.mayChange()) this.#change(state);
  }

  onChange(listener: (settings: SamplingSettings, previous: SamplingSettings) => void): Handle {
    return this.#listeners.add(listener);
  }

  /** Whether sampling has ever been on: before that, no span can be recorded because of it. */
  get hasBeenEnabled(): boolean {
    return this.#hasBeenEnabled;
  }

  /** The traces to record, or undefined while sampling is off. */
  get traces(): TraceRatio | undefined {
    return this.#inForce === undefined || isExpired(this.#inForce) ? undefined : this.#inForce.traces;
  }

  #expire(): void {
    if (isExpired(this.#state)) this.#change(expired(this.#state));
  }

  #change(state: SamplingState): void {
    const previous = this.#state;
    if (isDeepStrictEqual(state, previous)) return;
    const [settings, before] = [settingsOf(state), settingsOf(previous)];
    this.#replace(state);
    this.#listeners.tell(settings, before);
  }

  #replace(state: SamplingState): void {
    const { enabled, ratio, deadline } = state;
    this.#state = state;
    this.#inForce = enabled ? { traces: new TraceRatio(ratio), deadline } : undefined;
    this.#hasBeenEnabled ||= enabled;
    this.#plan();
  }

  /** Plans the next look at the deadline. A wall clock that is set meanwhile delays it by a minute at most. */
  #plan(): void {
    globalThis.clearTimeout(this.#timer);
    const { millisLeft } = this.#state.deadline;
    if (millisLeft === Infinity) return;
    const look = ROOT.bind(() => {
      this.#expire();
      this.#plan();
    });
    this.#timer = unref(globalThis.setTimeout(look, Math.min(Math.max(millisLeft, 1), MAX_WAIT_MILLIS)));
  }
}
