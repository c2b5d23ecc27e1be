import type { InstrumentationScope } from '../../../model/otel.js';
import type { FilterSettings } from './filter-settings.js';
import { matchesPattern } from './wildcard.js';

/** A span or log record. Spans that only carry ids have no scope. */
type Scoped = object & { readonly instrumentationScope?: Pick<InstrumentationScope, 'name'> };

/**
 * Excludes log records below a severity, and spans and log records of excluded instrumentation scopes. A sampler cannot
 * do this, because the SDK does not pass it the scope.
 */
export class ScopeFilter {
  readonly #minSeverity: number;
  readonly #scopes: FilterSettings['scopes'];
  /**
   * Verdict per scope object, which all spans of a tracer share. Valid for the life of this filter, whose patterns
   * never change.
   */
  readonly #verdicts = new WeakMap<object, boolean>();

  /** Creates a filter; undefined if the settings exclude nothing. */
  static of({ minSeverity, scopes }: FilterSettings): ScopeFilter | undefined {
    const all = scopes.exclude.length === 0 && scopes.include.includes('*') && minSeverity === 0;
    return all ? undefined : new ScopeFilter(minSeverity, scopes);
  }

  constructor(minSeverity: number, scopes: FilterSettings['scopes']) {
    this.#minSeverity = minSeverity;
    this.#scopes = scopes;
  }

  /** The reason to drop a log record, if any. Throws the errors of its getters. */
  dropReason(record: Scoped & { readonly severityNumber?: number }): 'below_severity' | 'scope_excluded' | undefined {
    const { severityNumber } = record;
    if (severityNumber && severityNumber < this.#minSeverity) return 'below_severity';
    return this.isExcluded(record) ? 'scope_excluded' : undefined;
  }

  /** Whether the scope of an item is excluded. False for an unreadable scope, which is counted as invalid elsewhere. */
  isExcluded(scoped: Scoped): boolean {
    try {
      const scope = scoped.instrumentationScope;
      return scope !== undefined && (this.#verdicts.get(scope) ?? this.#judge(scope));
    } catch {
      return false;
    }
  }

  /** A name that is not a string is treated as empty. */
  #judge(scope: { readonly name: unknown }): boolean {
    const { name } = scope;
    const excluded = !this.#accepts(typeof name === 'string' ? name : '');
    this.#verdicts.set(scope, excluded);
    return excluded;
  }

  #accepts(name: string): boolean {
    const isOf = (pattern: string) => matchesPattern(name, pattern);
    return this.#scopes.include.some(isOf) && !this.#scopes.exclude.some(isOf);
  }
}
