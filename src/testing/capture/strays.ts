import { ANY, type Rival } from './ownership.js';
import { RecentItems } from './recent-items.js';
import type { ScopeRecords } from './scope-records.js';
import type { SpanRecord } from './span-record.js';

/** Maximum number of traces remembered. Past that, the oldest is evicted. */
const MAX_TRACES = 1_000;

/** A span that may belong to a scope other than its owner. */
export interface Stray {
  readonly record: SpanRecord;
  readonly ownerName: string;
  readonly rival: WeakRef<ScopeRecords> | typeof ANY;
}

/**
 * The last 1,000 spans that were started in the async context of one scope and may belong to another, because a loop or
 * timer of a closed scope may do work for later tests. Negative assertions check them.
 */
export class Strays {
  readonly #strays = new RecentItems<Stray>();
  /** By trace id: the number of the scope that owns the trace's strays, and their rival. */
  readonly #traces = new Map<string, { readonly owner: number; readonly rival: Stray['rival'] }>();

  /** @param rival if undefined, the span is a stray only if an earlier span of its trace is one */
  add(record: SpanRecord, owner: ScopeRecords, rival: Rival | undefined): void {
    const known = this.#traces.get(record.traceId);
    const inherited = known?.owner === owner.number ? known.rival : undefined;
    const doubt = rival === undefined ? inherited : rival === ANY ? ANY : rival.weak;
    if (doubt === undefined) return;
    this.#strays.add({ record, ownerName: owner.name, rival: doubt }, 0);
    this.#traces.set(record.traceId, { owner: owner.number, rival: doubt });
    if (this.#traces.size <= MAX_TRACES) return;
    const [oldest] = this.#traces.keys();
    this.#traces.delete(oldest as string);
  }

  /** Strays that may belong to a scope, by their trace or links, or by having started while it was open. */
  of(scope: ScopeRecords): Stray[] {
    return this.#strays.items.filter(({ record, rival }) => {
      if (scope.find(record) === record) return false;
      return rival === ANY ? startedWhileOpen(record, scope) : rival.deref() === scope;
    });
  }

  clear(): void {
    this.#strays.clear();
    this.#traces.clear();
  }
}

export function startedWhileOpen({ order }: SpanRecord, { openedAt, closedAt = Infinity }: ScopeRecords): boolean {
  return order >= openedAt.spans && order < closedAt;
}
