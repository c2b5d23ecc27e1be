import { boolean, resolveOptions, type Option, type OptionsOf } from '../../support/option.js';
import { Deadline } from './deadline.js';

/**
 * Names of instrumentation scopes. In each, `*` stands for any characters and `?` for one, as in the view
 * selection of the metrics SDK specification. Upper and lower case differ.
 */
export interface ScopePatterns {
  /** Those taken in; at least one. Default `['*']`. */
  readonly include?: readonly string[];
  /** Those left out, also of the included ones. Default none. */
  readonly exclude?: readonly string[];
}

/** What to change of the recording; the rest stays as it is. */
export interface RecordingOptions {
  /** Whether recording is on. Default false: the cache takes in what the SDK records, all of it. */
  enabled?: boolean;
  /** The share of the traces nobody samples that `sampler()` has recorded, from 0 to 1. Default 1. */
  ratio?: number;
  /**
   * The lowest severity number of a log record that becomes an event, from 1 to 24; 0 for all. Records that
   * have no severity are let through, as by the `minimum_severity` of the logs SDK specification. Default 0.
   */
  minSeverity?: number;
  /** The instrumentation scopes whose spans and log records are taken in. Replaced as a whole. Default all. */
  scopes?: ScopePatterns;
  /**
   * When recording turns itself off, by the wall clock: a date, or milliseconds since the epoch; `Infinity`
   * for never. Turning it off ends this too. Default `Infinity`.
   */
  until?: Date | number | undefined;
  /** The same, as milliseconds from now; jumps of the wall clock do not matter. Instead of `until`. Default none. */
  forMillis?: number | undefined;
}

/** The recording as it is at a moment. */
export interface RecordingSettings {
  readonly enabled: boolean;
  readonly ratio: number;
  readonly minSeverity: number;
  readonly scopes: Readonly<Required<ScopePatterns>>;
  /** When it turns itself off, in milliseconds since the epoch; `Infinity` if it does not. */
  readonly until: number;
}

/** The same, with the clock that the end is measured by. Never changed. */
export interface RecordingState extends Omit<RecordingSettings, 'until'> {
  readonly deadline: Deadline;
}

const MAX_SEVERITY = 24;

/** Every setting at first. */
export const INITIAL: RecordingState = {
  enabled: false,
  ratio: 1,
  minSeverity: 0,
  scopes: { include: ['*'], exclude: [] },
  deadline: Deadline.NEVER,
};

/**
 * The state after a change.
 *
 * @throws TypeError for an unknown setting, a value of the wrong type, both of `until` and `forMillis`, and an
 *   end for a recording that is off
 * @throws RangeError for a value out of range
 */
export function changed(current: RecordingState, changes: RecordingOptions | undefined): RecordingState {
  const { until, forMillis, scopes, ...values } = resolveOptions(optionsFrom(current), changes);
  if (until !== undefined && forMillis !== undefined) {
    throw new TypeError('until and forMillis must not both be given: each says when recording ends');
  }
  const kept = values.enabled ? current.deadline : Deadline.NEVER;
  const deadline = deadlineOf(until, forMillis) ?? kept;
  if (!values.enabled && deadline.millisLeft !== Infinity) {
    const name = until === undefined ? 'forMillis' : 'until';
    throw new TypeError(`${name} must come with enabled: true, because recording is off`);
  }
  const state = { ...values, scopes: complete(scopes), deadline };
  return isOver(state) ? ended(state) : state;
}

/** Whether the recording should have turned itself off by now. */
export function isOver({ deadline }: Pick<RecordingState, 'deadline'>): boolean {
  return deadline.millisLeft <= 0;
}

/** The state after recording has turned itself off. */
export function ended(state: RecordingState): RecordingState {
  return { ...state, enabled: false, deadline: Deadline.NEVER };
}

/** What a user gets to see of a state. */
export function settingsOf({ deadline, ...settings }: RecordingState): RecordingSettings {
  return Object.freeze({ ...settings, until: deadline.epochMillis });
}

/** The settings; what is not given stays as it is. */
function optionsFrom(current: RecordingState): OptionsOf<RecordingOptions> {
  return {
    enabled: boolean(current.enabled),
    ratio: number('a number from 0 to 1', (value) => value >= 0 && value <= 1, current.ratio),
    minSeverity: number(
      `an integer from 0 to ${MAX_SEVERITY}`,
      (value) => Number.isInteger(value) && value >= 0 && value <= MAX_SEVERITY,
      current.minSeverity,
    ),
    scopes: {
      fallback: current.scopes,
      expected: '{ include, exclude } with arrays of names, of which include has at least one',
      type: isScopePatterns,
      inRange: (value) => (value as ScopePatterns).include?.length !== 0,
    },
    until: {
      fallback: undefined,
      expected: 'a Date or milliseconds since the epoch',
      type: (value) => typeof value === 'number' || value instanceof Date,
      inRange: (value) => !Number.isNaN(Number(value)),
    },
    forMillis: number<number | undefined>(
      'a number of milliseconds above 0',
      (value) => value > 0 && value < Infinity,
      undefined,
    ),
  };
}

function number<T extends number | undefined>(
  expected: string,
  inRange: (value: number) => boolean,
  fallback: T,
): Option<T> {
  return {
    fallback,
    expected,
    type: (value) => typeof value === 'number',
    inRange: (value) => inRange(value as number),
  };
}

function deadlineOf(until: Date | number | undefined, forMillis: number | undefined): Deadline | undefined {
  if (forMillis !== undefined) return Deadline.in(forMillis);
  return until === undefined ? undefined : Deadline.at(Number(until));
}

function isScopePatterns(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { include = [], exclude = [], ...others } = value as Record<string, unknown>;
  return isStrings(include) && isStrings(exclude) && Object.keys(others).length === 0;
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** A copy of its own, which nobody can change. */
function complete({ include, exclude }: ScopePatterns): Required<ScopePatterns> {
  return Object.freeze({
    include: Object.freeze([...(include ?? INITIAL.scopes.include)]),
    exclude: Object.freeze([...(exclude ?? INITIAL.scopes.exclude)]),
  });
}
