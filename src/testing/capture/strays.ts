import { ANY, type Rival } from './ownership.js';
import { RecentItems } from './recent-items.js';
import type { ScopeRecords } from './scope-records.js';
import type { SpanRecord } from './span-record.js';

/** Bound of the traces remembered. The oldest is evicted. */
const MAX_TRACES = 1_000;

/** A span that may belong to another scope than the one that has it. */
export interface Stray {
  readonly record: SpanRecord;
  readonly ownerName: string;
  readonly rival: WeakRef<ScopeRecords> | typeof ANY;
}

/**
 * Spans that were started in the async context of one scope and may belong to another: loops and timers of a closed
 * scope go on, with the work of later tests. Negative assertions look at the last 1,000.
 */
export class Strays {
  readonly #strays = new RecentItems<Stray>();
  /** By trace id: the number of the scope that has the trace's strays, and their rival. */
  readonly #traces = new Map<string, { readonly owner: number; readonly rival: Stray['rival'] }>();

  /** @param rival undefined if the span is in doubt at most because its ancestors are */
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

  /** Strays that may belong to a scope: by their trace or links, or else by their start time. */
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
