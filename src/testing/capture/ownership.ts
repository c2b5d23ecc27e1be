import type { Link, SpanContext } from '@opentelemetry/api';
import type { ScopeRecords } from './scope-records.js';

/** Bound of the traces whose owner is remembered. The oldest claim is evicted. */
const MAX_TRACES = 65_536;

/** Owner of what belongs to a scope that does not have it: the scope was garbage-collected, or is full. */
export const LOST = Symbol('lost');
/** The links lead to traces of different scopes. */
const CONFLICT = Symbol('links disagree');

/** Any open scope may be the rival. */
export const ANY = Symbol('any scope that is open');

/** A further possible owner of a span, beside the scope in whose async context it was started. */
export type Rival = ScopeRecords | typeof ANY;

export type Owner = ScopeRecords | typeof LOST | undefined;

/** Evidence of who owns a span. */
export interface Claim {
  readonly traceId: string;
  readonly parent: SpanContext | undefined;
  readonly links: readonly Link[];
  readonly asyncScope: ScopeRecords | undefined;
}

export interface Attribution {
  readonly owner: Owner;
  readonly fromOutside: boolean;
  /** Undefined if there is no doubt. */
  readonly rival: Rival | undefined;
}

/**
 * Decides which scope owns a span. The first of these rules that applies decides:
 *
 * 1. the scope of the async context it was started in
 * 2. the scope that owns its trace: the first that had a span of it
 * 3. the owner of the traces it links to, if all have the same; if they have different ones, nobody
 * 4. the only scope that is open
 *
 * Otherwise nobody owns it. For a span with a remote parent, such as a server's, and for its descendants, rule 2 comes
 * before rule 1: a server runs in the async context of the test that started it, whichever test sends the request.
 */
export class Ownership {
  /** By trace id, in the order of the claims. Weak, so that scopes of finished tests can be collected. */
  readonly #traces = new Map<string, WeakRef<ScopeRecords>>();
  readonly #open = new Set<ScopeRecords>();

  readonly opened = (scope: ScopeRecords, open: boolean): void => {
    if (open) this.#open.add(scope);
    else this.#open.delete(scope);
  };

  /** Finds the owner of a span. It owns the span's trace from now on, unless the trace has an owner. */
  attribute(claim: Claim, mayBelongToOnlyScope: boolean): Attribution {
    const attribution = this.#attribute(claim, mayBelongToOnlyScope);
    const { owner } = attribution;
    if (owner !== undefined && owner !== LOST) this.claimTrace(claim.traceId, owner);
    return attribution;
  }

  /** Makes a trace belong to a scope, unless it has an owner. */
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
 * Possible owner of a span beside the scope in whose async context it was started. Loops and timers that a test
 * started keep its context, even when they do the work of later tests.
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
