import { ANY, type Rival } from './ownership.js';
import { RecentItems } from './recent-items.js';
import type { ScopeRecords } from './scope-records.js';
import type { SpanRecord } from './span-record.js';

/** Traces whose spans are strays; the one seen first gives way. */
const MAX_TRACES = 1_000;

/** A span that may belong to another scope than the one that has it. */
export interface Stray {
  readonly record: SpanRecord;
  /** The name of the scope that has it. */
  readonly ownerName: string;
  readonly rival: WeakRef<ScopeRecords> | typeof ANY;
}

/**
 * Spans that were started in the async context of a scope and may be of another one: its loops and timers go on when it
 * is closed, with the work of later tests. The last 1,000, for what denies that a span is there.
 */
export class Strays {
  readonly #strays = new RecentItems<Stray>();
  readonly #rivals = new Map<string, Stray['rival']>();

  /** @param rival undefined if nothing but the span's trace raises a doubt */
  add(record: SpanRecord, owner: ScopeRecords, rival: Rival | undefined): void {
    const doubt = rival === undefined || rival === ANY ? (rival ?? this.#rivals.get(record.traceId)) : rival.weak;
    if (doubt === undefined) return;
    this.#strays.add({ record, ownerName: owner.name, rival: doubt }, 0);
    this.#rivals.set(record.traceId, doubt);
    if (this.#rivals.size <= MAX_TRACES) return;
    const [oldest] = this.#rivals.keys();
    this.#rivals.delete(oldest as string);
  }

  /** Those that may belong to a scope: by their trace or links; or by the time, without either. */
  of(scope: ScopeRecords): Stray[] {
    return this.#strays.items.filter(({ record, rival }) => {
      if (rival !== ANY) return rival.deref() === scope;
      return scope.find(record) !== record && startedWhileOpen(record, scope);
    });
  }

  clear(): void {
    this.#strays.clear();
    this.#rivals.clear();
  }
}

export function startedWhileOpen({ order }: SpanRecord, { openedAt, closedAt = Infinity }: ScopeRecords): boolean {
  return order >= openedAt.spans && order < closedAt;
}
