import type { Link, SpanContext } from '@opentelemetry/api';
import type { ScopeRecords } from './scope-records.js';

/** Maximum number of traces whose owner is remembered. Past that, the oldest claim is evicted. */
const MAX_TRACES = 65_536;

/** Replaces an owner that does not keep its span or log record, because it was garbage-collected or is full. */
export const LOST = Symbol('lost');
/** Result of links to traces of different scopes. */
const CONFLICT = Symbol('links disagree');

/** Any scope that was open at the time may be the rival. */
export const ANY = Symbol('any scope that is open');

/** Another possible owner of a span, besides the scope in whose async context it was started. */
export type Rival = ScopeRecords | typeof ANY;

export type Owner = ScopeRecords | typeof LOST | undefined;

/** Evidence that decides who owns a span. */
export interface Claim {
  readonly traceId: string;
  readonly parent: SpanContext | undefined;
  readonly links: readonly Link[];
  readonly asyncScope: ScopeRecords | undefined;
}

export interface Attribution {
  readonly owner: Owner;
  /** Whether the span or one of its ancestors has a remote parent. */
  readonly fromOutside: boolean;
  /** Undefined if the owner is certain. */
  readonly rival: Rival | undefined;
}

/**
 * Decides which scope owns a span. The first rule that applies wins:
 *
 * 1. the scope in whose async context the span was started
 * 2. the owner of the span's trace, which is the scope that first had a span of it
 * 3. the owner of the traces that the span links to; nobody if they have different owners
 * 4. the only open scope
 *
 * If no rule applies, nobody owns the span. For a span with a remote parent, such as a server span, and for its
 * descendants, rule 2 comes first: a server runs in the async context of the test that started it, although other tests
 * send requests to it.
 */
export class Ownership {
  /** Owners by trace id, in the order of their claims. Weak, so that scopes of finished tests can be collected. */
  readonly #traces = new Map<string, WeakRef<ScopeRecords>>();
  readonly #open = new Set<ScopeRecords>();

  readonly opened = (scope: ScopeRecords, open: boolean): void => {
    if (open) this.#open.add(scope);
    else this.#open.delete(scope);
  };

  /** Finds the owner of a span. The owner also claims the span's trace, unless the trace has an owner. */
  attribute(claim: Claim, mayBelongToOnlyScope: boolean): Attribution {
    const attribution = this.#attribute(claim, mayBelongToOnlyScope);
    const { owner } = attribution;
    if (owner !== undefined && owner !== LOST) this.claimTrace(claim.traceId, owner);
    return attribution;
  }

  /** Makes `owner` the owner of a trace that has none. */
  claimTrace(traceId: string, owner: ScopeRecords): void {
    if (this.#traces.has(traceId)) return;
    this.#traces.set(traceId, owner.weak);
    if (this.#traces.size <= MAX_TRACES) return;
    const [oldest] = this.#traces.keys();
    this.#traces.delete(oldest as string);
  }

  ofTrace(traceId: string): Owner {
    const owner = this.#traces.get(traceId);
    return owner && (owner.deref() ?? LOST);
  }

  onlyScope(): ScopeRecords | undefined {
    const [first] = this.#open;
    return this.#open.size === 1 ? first : undefined;
  }

  #attribute({ traceId, parent, links, asyncScope }: Claim, mayBelongToOnlyScope: boolean): Attribution {
    const byTrace = this.ofTrace(traceId);
    const fromOutside = parent !== undefined && comesFromOutside(traceId, parent, byTrace);
    if (fromOutside && byTrace !== undefined) return { owner: byTrace, fromOutside, rival: undefined };
    const byOthers = byTrace ?? this.#byLinks(links);
    const owner = asyncScope ?? byOthers;
    if (owner === CONFLICT) return { owner: undefined, fromOutside, rival: undefined };
    return {
      owner: owner ?? (mayBelongToOnlyScope ? this.onlyScope() : undefined),
      fromOutside,
      rival: asyncScope && rivalOf(asyncScope, byOthers),
    };
  }

  #byLinks(links: readonly Link[]): Owner | typeof CONFLICT {
    if (links.length === 0) return undefined;
    const owners = new Set(links.map(({ context }) => this.ofTrace(context.traceId)));
    const hasUnknown = owners.delete(undefined);
    if (owners.size > 1) return CONFLICT;
    return hasUnknown ? undefined : [...owners][0];
  }
}

/**
 * Another possible owner of a span that was started in a scope's async context. A loop or timer keeps the context of
 * the test that started it, although it may do work for later tests.
 */
function rivalOf(asyncScope: ScopeRecords, byOthers: Owner | typeof CONFLICT): Rival | undefined {
  if (byOthers === asyncScope) return undefined;
  if (typeof byOthers !== 'object') return asyncScope.isOpen ? undefined : ANY;
  return asyncScope.number < byOthers.number ? byOthers : undefined;
}

function comesFromOutside(traceId: string, parent: SpanContext, byTrace: Owner): boolean {
  if (parent.isRemote === true) return true;
  if (byTrace === undefined || byTrace === LOST) return false;
  return byTrace.find({ traceId, spanId: parent.spanId })?.fromOutside === true;
}
