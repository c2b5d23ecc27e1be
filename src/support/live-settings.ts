import type { Disposable } from './disposable.js';
import type { RecordingOptions, RecordingSettings, ScopePatterns } from '../cache/sampling/sampling-settings.js';

/**
 * Is told of each change: the settings as they are now, and as they were. May return a promise, which nobody
 * waits for.
 */
export type RecordingListener = (settings: RecordingSettings, previous: RecordingSettings) => void;

/** Ends what `onChange()` began. Works with `using`. */
export interface RecordingListenerHandle extends Disposable {
  /** The listener is called no more. Closing twice is harmless. */
  close(): void;
}

/**
 * What the cache records, to be read and changed while the service runs.
 *
 * Off, which it is at first, the cache is as if there were no such thing: it takes in what the SDK records by
 * itself, and `cache.sampler()` is its delegate. On, that sampler has `ratio` of the other traces recorded
 * too, and what `minSeverity` and `scopes` leave out is not taken in, sampled or not.
 *
 * ```ts
 * cache.recording.set({ enabled: true, ratio: 0.1, forMillis: 600_000 });
 * ```
 *
 * A change is one swap, complete before `set()` returns: the next span and the next log record see all of it.
 * Traces that have begun stay whole. Assigning to a property is a `set()` of it alone.
 */
export interface Recording {
  /** All settings as they are at this moment, in an object that does not change. */
  readonly settings: RecordingSettings;
  /** Whether recording is on. */
  enabled: boolean;
  /** The share of the traces nobody samples that are recorded, from 0 to 1. */
  ratio: number;
  /** The lowest severity number of a log record that becomes an event, to 24; 0 for all. */
  minSeverity: number;
  /** Which instrumentation scopes are taken in. */
  get scopes(): RecordingSettings['scopes'];
  set scopes(scopes: ScopePatterns);
  /** When recording turns itself off, in milliseconds since the epoch; `Infinity` if it does not. */
  get until(): number;
  set until(until: Date | number);
  /**
   * Changes what is given, all of it at once. Listeners have been told when it returns, except when one of
   * them calls it: they are told afterwards. Listeners that set it again and again while they are told of one change
   * are heard 100 times; what they set then is ignored, and reported through `diag`.
   *
   * @throws TypeError for an unknown setting, a value of the wrong type, both of `until` and `forMillis`, and
   *   an end for a recording that is off
   * @throws RangeError for a value out of range
   *
   * When it throws, nothing has changed.
   */
  set(changes: RecordingOptions): void;
  /**
   * Has a function called after each change, also when recording turns itself off. What it throws, or what its
   * promise rejects with, is reported through `diag` and goes no further.
   */
  onChange(listener: RecordingListener): RecordingListenerHandle;
}
