import { isNumber, isRecord, ofType, resolveOptions, type Option, type OptionsOf } from '../../../support/option.js';

/** Changes to the filter. Settings that are left out keep their values. */
export interface FilterOptions {
  /**
   * Minimum severity number of log records, an integer from 1 to 24; 0 disables the check. Records without a severity
   * are accepted, as with `minimum_severity` in the logs SDK specification. Default 0.
   */
  minSeverity?: number;
  /**
   * Names of the instrumentation scopes whose spans and log records are accepted: a name must match a pattern of
   * `include`, which has at least one, and no pattern of `exclude`. `*` matches any number of characters and `?`
   * exactly one, as in the view selection of the metrics SDK specification; matching is case-sensitive. A missing name
   * is the empty one. Replaced as a whole. Default `{ include: ['*'] }`.
   */
  scopes?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
}

/** The current filter. Frozen; each change creates a new object. */
export interface FilterSettings {
  readonly minSeverity: number;
  readonly scopes: { readonly include: readonly string[]; readonly exclude: readonly string[] };
}

type Scopes = NonNullable<FilterOptions['scopes']>;

const MAX_SEVERITY = 24;

/** The initial settings, which exclude nothing. */
export const NO_FILTER: FilterSettings = Object.freeze({ minSeverity: 0, scopes: complete({}) });

/**
 * Returns the settings after a change.
 *
 * @throws TypeError for an unknown setting and a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function applyFilterChanges(current: FilterSettings, changes: FilterOptions | undefined): FilterSettings {
  const { minSeverity, scopes } = resolveOptions(optionsFrom(current), changes);
  return Object.freeze({ minSeverity, scopes: complete(scopes) });
}

export function severityOption(fallback: number): Option<number> {
  return ofType(`an integer from 0 to ${MAX_SEVERITY}`, isNumber, fallback, (value) => {
    return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_SEVERITY;
  });
}

/** The options of a change. Each defaults to its current value. */
function optionsFrom(current: FilterSettings): OptionsOf<FilterOptions> {
  return {
    minSeverity: severityOption(current.minSeverity),
    scopes: ofType<Scopes>(
      '{ include, exclude } with arrays of names, and at least one in include',
      isScopePatterns,
      current.scopes,
      (value) => (value as Scopes).include?.length !== 0,
    ),
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

/** Returns a frozen copy with the defaults filled in. */
function complete({ include = ['*'], exclude = [] }: Scopes): FilterSettings['scopes'] {
  return Object.freeze({ include: Object.freeze([...include]), exclude: Object.freeze([...exclude]) });
}
