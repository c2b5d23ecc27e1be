import type { Link, SpanContext } from '@opentelemetry/api';
import type { ScopeRecords } from './scope-records.js';

/** Traces whose owner is remembered; the one claimed first gives way. */
const MAX_TRACES = 65_536;

/** The scope that something belonged to is not there any more: nobody can ask for it. */
export const GONE = Symbol('the owner is gone');
/** The scopes that links lead to are not the same. */
const CONFLICT = Symbol('links disagree');

/** Whichever scope is open. */
export const ANY = Symbol('any scope that is open');

/** Who may own a span as well as the scope in whose async context it was started. */
export type Rival = ScopeRecords | typeof ANY;

export type Owner = ScopeRecords | typeof GONE | undefined;

/** What a span says about whose it is. */
export interface Claim {
  readonly traceId: string;
  readonly parent: SpanContext | undefined;
  readonly links: readonly Link[];
  /** The scope in whose async context it was started. */
  readonly asyncScope: ScopeRecords | undefined;
}

export interface Attribution {
  readonly owner: Owner;
  readonly fromOutside: boolean;
  /** Undefined if there is no doubt. */
  readonly rival: Rival | undefined;
}

/**
 * Decides which scope a span belongs to. The first of these that says something counts:
 *
 * 1. the scope of the async context it was started in
 * 2. the scope that owns its trace: the first that had a span of it
 * 3. the owner of the traces it links to, if all have the same; if they have different ones, nobody
 * 4. the only scope that is open
 *
 * Otherwise nobody. A span whose parent came in from elsewhere, such as a server's, and what is below it
 * follow 2 before 1: a server runs in the async context of whoever started it, whoever sent the request.
 */
export class Ownership {
  /** By trace id, in the order of the claims. Weak: it must not keep what a test is done with. */
  readonly #traces = new Map<string, WeakRef<ScopeRecords>>();
  readonly #open = new Set<ScopeRecords>();

  get openScopes(): ReadonlySet<ScopeRecords> {
    return this.#open;
  }

  readonly opened = (scope: ScopeRecords, open: boolean): void => {
    if (open) this.#open.add(scope);
    else this.#open.delete(scope);
  };

  /** Whose a span is. Its trace belongs to the same scope from now on, unless it has an owner. */
  attribute(claim: Claim, mayBelongToOnlyScope: boolean): Attribution {
    const attribution = this.#attribute(claim, mayBelongToOnlyScope);
    const { owner } = attribution;
    if (owner !== undefined && owner !== GONE) this.claimTrace(claim.traceId, owner);
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

  /** The owner of a trace, if it has one. */
  ofTrace(traceId: string): Owner {
    const owner = this.#traces.get(traceId);
    return owner && (owner.deref() ?? GONE);
  }

  /** The only scope that is open, if there is exactly one. */
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
 * Who else may own a span that was started in the async context of a scope. A loop or timer that a test began goes on
 * in its context, also with the work of later tests.
 */
function rivalOf(asyncScope: ScopeRecords, byOthers: Owner | typeof CONFLICT): Rival | undefined {
  if (byOthers === asyncScope) return undefined;
  if (typeof byOthers !== 'object') return asyncScope.isOpen ? undefined : ANY;
  return asyncScope.number < byOthers.number ? byOthers : undefined;
}

function comesFromOutside(traceId: string, parent: SpanContext, byTrace: Owner): boolean {
  if (parent.isRemote === true) return true;
  if (byTrace === undefined || byTrace === GONE) return false;
  return byTrace.find({ traceId, spanId: parent.spanId })?.fromOutside === true;
}
