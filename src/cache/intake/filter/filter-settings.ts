import { isRecord, ofType, resolveOptions, type Option, type OptionsOf } from '../../../support/option.js';

/** The settings of the filter to change; all others stay as they are. */
export interface FilterOptions {
  /**
   * The lowest severity number of a log record that becomes an event, from 1 to 24; 0 for all. Records that
   * have no severity are let through, as by the `minimum_severity` of the logs SDK specification. Default 0.
   */
  minSeverity?: number;
  /**
   * The instrumentation scopes whose spans and log records are taken in: those that a name in `include` matches, which
   * has at least one, and none in `exclude`. `*` stands for any characters and `?` for one, as in the view selection of
   * the metrics SDK specification; upper and lower case differ. Replaced as a whole. Default `{ include: ['*'] }`.
   */
  scopes?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
}

/** The filter as it is at a moment. */
export interface FilterSettings {
  readonly minSeverity: number;
  readonly scopes: { readonly include: readonly string[]; readonly exclude: readonly string[] };
}

type Scopes = NonNullable<FilterOptions['scopes']>;

const MAX_SEVERITY = 24;

/** Every setting at first: nothing is left out. */
export const NO_FILTER: FilterSettings = Object.freeze({ minSeverity: 0, scopes: complete({}) });

/**
 * The settings after a change.
 *
 * @throws TypeError for an unknown setting and a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function applyFilterChanges(current: FilterSettings, changes: FilterOptions | undefined): FilterSettings {
  const { minSeverity, scopes } = resolveOptions(optionsFrom(current), changes);
  return Object.freeze({ minSeverity, scopes: complete(scopes) });
}

export function severityOption(fallback: number): Option<number> {
  return {
    ...ofType(`an integer from 0 to ${MAX_SEVERITY}`, (value) => typeof value === 'number', fallback),
    inRange: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_SEVERITY,
  };
}

/** The settings; what is not given stays as it is. */
function optionsFrom(current: FilterSettings): OptionsOf<FilterOptions> {
  return {
    minSeverity: severityOption(current.minSeverity),
    scopes: {
      fallback: current.scopes,
      expected: '{ include, exclude } with arrays of names, of which include has at least one',
      type: isScopePatterns,
      inRange: (value) => (value as Scopes).include?.length !== 0,
    },
  };
}

function isScopePatterns(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { include = [], exclude = [], ...others } = value;
  return isStrings(include) && isStrings(exclude) && Object.keys(others).length === 0;
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** A copy of its own, which nobody can change. */
function complete({ include = ['*'], exclude = [] }: Scopes): FilterSettings['scopes'] {
  return Object.freeze({ include: Object.freeze([...include]), exclude: Object.freeze([...exclude]) });
}
