import type { InstrumentationScope } from '../../../model/otel.js';
import type { FilterSettings } from './filter-settings.js';
import { matchesPattern } from './wildcard.js';

/** The member of a span or log record that is looked at. A span that only carries ids has no scope. */
type Scoped = object & { readonly instrumentationScope?: Pick<InstrumentationScope, 'name'> };

/**
 * Leaves out log records below a severity, and what comes from some instrumentation scopes. A sampler could not do it, as
 * the SDK does not tell it the scope.
 */
export class ScopeFilter {
  readonly #minSeverity: number;
  readonly #scopes: FilterSettings['scopes'];
  /** By scope object: a tracer has one for all of its spans. The patterns do not change. */
  readonly #verdicts = new WeakMap<object, boolean>();

  /** Undefined if these settings leave nothing out. */
  static of({ minSeverity, scopes }: FilterSettings): ScopeFilter | undefined {
    const all = scopes.exclude.length === 0 && scopes.include.includes('*') && minSeverity === 0;
    return all ? undefined : new ScopeFilter(minSeverity, scopes);
  }

  constructor(minSeverity: number, scopes: FilterSettings['scopes']) {
    this.#minSeverity = minSeverity;
    this.#scopes = scopes;
  }

  /** Why a log record is left out, if it is. Throws what its getters throw. */
  dropReason(record: Scoped & { readonly severityNumber?: number }): 'below_severity' | 'scope_excluded' | undefined {
    const { severityNumber } = record;
    if (severityNumber && severityNumber < this.#minSeverity) return 'below_severity';
    return this.isExcluded(record) ? 'scope_excluded' : undefined;
  }

  /** Whether something's scope is left out. A scope that cannot be read is not: another part counts that as invalid. */
  isExcluded(scoped: Scoped): boolean {
    try {
      const scope = scoped.instrumentationScope;
      return scope !== undefined && (this.#verdicts.get(scope) ?? this.#judge(scope));
    } catch {
      return false;
    }
  }

  /** A name that is no text counts as an empty one. */
  #judge(scope: { readonly name: unknown }): boolean {
    const { name } = scope;
    const excluded = name !== undefined && !this.#takesIn(typeof name === 'string' ? name : '');
    this.#verdicts.set(scope, excluded);
    return excluded;
  }

  #takesIn(name: string): boolean {
    const isOf = (pattern: string) => matchesPattern(name, pattern);
    return this.#scopes.include.some(isOf) && !this.#scopes.exclude.some(isOf);
  }
}
