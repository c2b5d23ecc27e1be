import { isDeepStrictEqual } from 'node:util';
import type { Handle } from '../../support/handle.js';
import { ChangeListeners, type LiveSettings } from '../../support/live-settings.js';
import { Episode } from '../../support/episode.js';
import { ROOT, unref } from '../../support/timers.js';
import type { Deadline } from './deadline.js';
import { applyChanges, expired, INITIAL, isExpired, settingsOf } from './sampling-settings.js';
import type { SamplingOptions, SamplingSettings, SamplingState } from './sampling-settings.js';
import { TraceRatio } from './trace-ratio.js';

/** Maximum delay of the listeners after a change of the wall clock. Nothing else depends on the timer. */
const MAX_WAIT_MILLIS = 60_000;

const NO_EFFECT =
  'sampling is enabled, but has no effect until the tracer provider uses cache.sampler() and unsampledSpans is true';

/**
 * The implementation of `cache.sampling`.
 *
 * Sampling is off from its deadline on, because every read compares the time. The timer only notifies listeners.
 */
export class SamplingControl implements LiveSettings<SamplingSettings, SamplingOptions> {
  #state = INITIAL;
  /** The sampling in effect, until its deadline; undefined while sampling is off. */
  #inForce: { readonly traces: TraceRatio; readonly deadline: Deadline } | undefined;
  #hasBeenEnabled = false;
  #hasSampler = false;
  readonly #noEffect = new Episode();
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
    if (state.enabled && !this.#hasSampler) this.#noEffect.report(NO_EFFECT);
  }

  onChange(listener: (settings: SamplingSettings, previous: SamplingSettings) => void): Handle {
    return this.#listeners.add(listener);
  }

  /** Notes that a sampler applies these settings. */
  attachSampler(): void {
    this.#hasSampler = true;
  }

  /** Whether sampling was ever enabled. If not, it has recorded no span. */
  get hasBeenEnabled(): boolean {
    return this.#hasBeenEnabled;
  }

  /** The traces to record; undefined while sampling is off. */
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

  /** Schedules the next check of the deadline, at most a minute ahead, in case the wall clock is set meanwhile. */
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
