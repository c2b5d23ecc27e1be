import { boolean, isNumber, ofType, resolveOptions, type Option, type OptionsOf } from '../../support/option.js';
import { Deadline } from './deadline.js';

/** What to change of the sampling; the rest stays as it is. */
export interface SamplingOptions {
  /** Whether `cache.sampler()` has spans recorded that its delegate leaves out. Default false. */
  enabled?: boolean;
  /** The share of the traces left out that is recorded, from 0 to 1. Default 1. */
  ratio?: number;
  /**
   * When sampling turns itself off, by the wall clock: a date, or milliseconds since the epoch; `Infinity` for never.
   * Turning it off ends this too. Default `Infinity`.
   */
  until?: Date | number | undefined;
  /** The same, as milliseconds from now; jumps of the wall clock do not matter. Instead of `until`. Default none. */
  forMillis?: number | undefined;
}

/** The sampling as it is at a moment. */
export interface SamplingSettings {
  readonly enabled: boolean;
  readonly ratio: number;
  /** When it turns itself off, in milliseconds since the epoch; `Infinity` if it does not. */
  readonly until: number;
}

/** The same, with the clock that the end is measured by. Never changed. */
export interface SamplingState extends Omit<SamplingSettings, 'until'> {
  readonly deadline: Deadline;
}

/** Every setting at first. */
export const INITIAL: SamplingState = { enabled: false, ratio: 1, deadline: Deadline.NEVER };

/**
 * The state after a change.
 *
 * @throws TypeError for an unknown setting, a value of the wrong type, both of `until` and `forMillis`, and an
 *   end for a sampling that is off
 * @throws RangeError for a value out of range
 */
export function applyChanges(current: SamplingState, changes: SamplingOptions | undefined): SamplingState {
  const { until, forMillis, ...values } = resolveOptions(optionsFrom(current), changes);
  if (until !== undefined && forMillis !== undefined) {
    throw new TypeError('until and forMillis must not both be given: each says when sampling ends');
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

/** Whether sampling should have turned itself off by now. */
export function isExpired({ deadline }: Pick<SamplingState, 'deadline'>): boolean {
  return deadline.millisLeft <= 0;
}

/** The state after sampling has turned itself off. */
export function expired(state: SamplingState): SamplingState {
  return { ...state, enabled: false, deadline: Deadline.NEVER };
}

/** The part of a state that users see. */
export function settingsOf({ deadline, ...settings }: SamplingState): SamplingSettings {
  return Object.freeze({ ...settings, until: deadline.epochMillis });
}

/** A share, from 0 to 1. */
export function ratioOption(fallback: number): Option<number> {
  return ofType('a number from 0 to 1', isNumber, fallback, (value) => (value as number) >= 0 && (value as number) <= 1);
}

/** The settings; what is not given stays as it is. */
function optionsFrom(current: SamplingState): OptionsOf<SamplingOptions> {
  return {
    enabled: boolean(current.enabled),
    ratio: ratioOption(current.ratio),
    until: ofType<Date | number | undefined>(
      'a Date or milliseconds since the epoch',
      (value) => isNumber(value) || value instanceof Date, undefined, (value) => !Number.isNaN(Number(value)),
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
