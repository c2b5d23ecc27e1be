import { boolean, isNumber, ofType, resolveOptions, type Option, type OptionsOf } from '../../support/option.js';
import { Deadline } from './deadline.js';

/** Changes to the sampling. Settings that are left out keep their values. */
export interface SamplingOptions {
  /**
   * Whether `cache.sampler()` records spans that its delegate drops. Disabling it also clears the deadline. Default
   * false.
   */
  enabled?: boolean;
  /** Fraction of the dropped traces to record, from 0 to 1. Default 1. */
  ratio?: number;
  /**
   * Deadline by the wall clock at which sampling is disabled: a date or milliseconds since the epoch, or `Infinity` for
   * none. A deadline in the past disables sampling at once. A finite deadline requires sampling to be enabled. Default
   * `Infinity`.
   */
  until?: Date | number | undefined;
  /**
   * Duration in milliseconds after which sampling is disabled, finite and above 0, by the monotonic clock. Requires
   * sampling to be enabled, and cannot be combined with `until`. Default undefined.
   */
  forMillis?: number | undefined;
}

/** The current sampling settings. Frozen; each change creates a new object. */
export interface SamplingSettings {
  readonly enabled: boolean;
  readonly ratio: number;
  /** Time at which sampling is disabled, in milliseconds since the epoch; `Infinity` for never. */
  readonly until: number;
}

/** The settings with a deadline, which includes its clock. Immutable. */
export interface SamplingState extends Omit<SamplingSettings, 'until'> {
  readonly deadline: Deadline;
}

/** The initial settings. */
export const INITIAL: SamplingState = { enabled: false, ratio: 1, deadline: Deadline.NEVER };

/**
 * Returns the state after a change.
 *
 * @throws TypeError for an unknown setting, a value of the wrong type, both `until` and `forMillis`, or a deadline
 *   while sampling is off
 * @throws RangeError for a value out of range
 */
export function applyChanges(current: SamplingState, changes: SamplingOptions | undefined): SamplingState {
  const { until, forMillis, ...values } = resolveOptions(optionsFrom(current), changes);
  if (until !== undefined && forMillis !== undefined) {
    throw new TypeError('until and forMillis must not both be given: each sets the end of sampling');
  }
  const kept = values.enabled ? current.deadline : Deadline.NEVER;
  const deadline = deadlineOf(until, forMillis) ?? kept;
  if (!values.enabled && deadline.millisLeft !== Infinity) {
    const name = until === undefined ? 'forMillis' : 'until';
    throw new TypeError(`${name} must come with enabled: true, because sampling is off`);
  }
  const state = { ...values, deadline };
  return isExpired(state) ? expired(state) : state;
}

/** Whether the deadline has been reached. */
export function isExpired({ deadline }: Pick<SamplingState, 'deadline'>): boolean {
  return deadline.millisLeft <= 0;
}

/** Returns the state after the deadline. */
export function expired(state: SamplingState): SamplingState {
  return { ...state, enabled: false, deadline: Deadline.NEVER };
}

/** Returns the public settings of a state. */
export function settingsOf({ deadline, ...settings }: SamplingState): SamplingSettings {
  return Object.freeze({ ...settings, until: deadline.epochMillis });
}

/** A fraction from 0 to 1. */
export function ratioOption(fallback: number): Option<number> {
  return ofType('a number from 0 to 1', isNumber, fallback, (value) => Number(value) >= 0 && Number(value) <= 1);
}

/** The options of a change. Each defaults to its current value. */
function optionsFrom(current: SamplingState): OptionsOf<SamplingOptions> {
  return {
    enabled: boolean(current.enabled),
    ratio: ratioOption(current.ratio),
    until: ofType<Date | number | undefined>(
      'a Date or milliseconds since the epoch',
      (value) => isNumber(value) || value instanceof Date,
      undefined,
      (value) => !Number.isNaN(Number(value)),
    ),
    forMillis: ofType<number | undefined>('a number of milliseconds above 0', isNumber, undefined, (value) => {
      return (value as number) > 0 && (value as number) < Infinity;
    }),
  };
}

function deadlineOf(until: Date | number | undefined, forMillis: number | undefined): Deadline | undefined {
  if (forMillis !== undefined) return Deadline.in(forMillis);
  return until === undefined ? undefined : Deadline.at(Number(until));
}
