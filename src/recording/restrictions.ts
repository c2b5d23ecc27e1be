import type { InstrumentationScope } from '../model/otel.js';
import type { RecordingSettings, ScopePatterns } from './settings.js';

/** What is looked at of a span or log record. A span that only carries ids has no scope. */
type Scoped = object & { readonly instrumentationScope?: Pick<InstrumentationScope, 'name'> };

/**
 * What the recording leaves out of what comes in: log records below a severity, and instrumentation scopes.
 * A sampler could not do it, as the SDK does not tell it the scope.
 */
export class Restrictions {
  readonly #minSeverity: number;
  readonly #included: RegExp;
  readonly #excluded: RegExp;

  /** Undefined if these settings leave nothing out. */
  static of(settings: Omit<RecordingSettings, 'until'>): Restrictions | undefined {
    const { include, exclude } = settings.scopes;
    const all = exclude.length === 0 && include.includes('*') && settings.minSeverity === 0;
    return all ? undefined : new Restrictions(settings.minSeverity, settings.scopes);
  }

  constructor(minSeverity: number, { include, exclude }: Required<ScopePatterns>) {
    this.#minSeverity = minSeverity;
    this.#included = anyOf(include);
    this.#excluded = anyOf(exclude);
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
      const name = scoped.instrumentationScope?.name;
      return name !== undefined && (!this.#included.test(name) || this.#excluded.test(name));
    } catch {
      return false;
    }
  }
}

/** Matches the names that any of the patterns stands for; without patterns, none. */
function anyOf(patterns: readonly string[]): RegExp {
  if (patterns.length === 0) return /(?!)/;
  return new RegExp(`^(?:${patterns.map(sourceOf).join('|')})$`, 's');
}

function sourceOf(pattern: string): string {
  return pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
}
