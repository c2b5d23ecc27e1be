import type { InstrumentationScope } from '../../../model/otel.js';
import type { RecordingSettings, ScopePatterns } from '../../sampling/sampling-settings.js';
import { matchesPattern } from './wildcard.js';

/** What is looked at of a span or log record. A span that only carries ids has no scope. */
type Scoped = object & { readonly instrumentationScope?: Pick<InstrumentationScope, 'name'> };

/**
 * What the recording leaves out of what comes in: log records below a severity, and instrumentation scopes.
 * A sampler could not do it, as the SDK does not tell it the scope.
 */
export class Restrictions {
  readonly #minSeverity: number;
  readonly #scopes: Required<ScopePatterns>;
  /** By scope object, of which a tracer has one for all of its spans. */
  readonly #verdicts = new WeakMap<object, boolean>();

  /** Undefined if these settings leave nothing out. */
  static of(settings: Omit<RecordingSettings, 'until'>): Restrictions | undefined {
    const { include, exclude } = settings.scopes;
    const all = exclude.length === 0 && include.includes('*') && settings.minSeverity === 0;
    return all ? undefined : new Restrictions(settings.minSeverity, settings.scopes);
  }

  constructor(minSeverity: number, scopes: Required<ScopePatterns>) {
    this.#minSeverity = minSeverity;
    this.#scopes = scopes;
  }

  /** Why a log record is left out, if it is. Throws what its getters throw. */
  refuse(record: Scoped & { readonly severityNumber?: number }): 'below_severity' | 'scope_excluded' | undefined {
    const { severityNumber } = record;
    if (severityNumber && severityNumber < this.#minSeverity) return 'below_severity';
    return this.excludes(record) ? 'scope_excluded' : undefined;
  }

  /** Whether something's scope is left out. What cannot be read is not: it is somebody else's to refuse. */
  excludes(scoped: Scoped): boolean {
    try {
      const scope = scoped.instrumentationScope;
      return scope !== undefined && (this.#verdicts.get(scope) ?? this.#judge(scope));
    } catch {
      return false;
    }
  }

  /** Remembers the verdict: the patterns of these restrictions do not change. A name that is no text is an empty one. */
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
