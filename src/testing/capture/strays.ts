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
  /** By trace id: the scope that has the trace's strays, by its number, and their rival. */
  readonly #traces = new Map<string, { readonly owner: number; readonly rival: Stray['rival'] }>();

  /** @param rival undefined if nothing but the spans above raises a doubt */
  add(record: SpanRecord, owner: ScopeRecords, rival: Rival | undefined): void {
    const known = this.#rivalIn(record.traceId, owner);
    const doubt = rival === undefined ? known : rival === ANY ? ANY : rival.weak;
    if (doubt === undefined) return;
    this.#strays.add({ record, ownerName: owner.name, rival: doubt }, 0);
    this.#traces.set(record.traceId, { owner: owner.number, rival: doubt });
    if (this.#traces.size <= MAX_TRACES) return;
    const [oldest] = this.#traces.keys();
    this.#traces.delete(oldest as string);
  }

  /** Those that may belong to a scope: by their trace or links; or by the time, without either. */
  of(scope: ScopeRecords): Stray[] {
    return this.#strays.items.filter(({ record, rival }) => {
      if (scope.find(record) === record) return false;
      return rival === ANY ? startedWhileOpen(record, scope) : rival.deref() === scope;
    });
  }

  #rivalIn(traceId: string, { number }: ScopeRecords): Stray['rival'] | undefined {
    const trace = this.#traces.get(traceId);
    return trace?.owner === number ? trace.rival : undefined;
  }

  clear(): void {
    this.#strays.clear();
    this.#traces.clear();
  }
}

export function startedWhileOpen({ order }: SpanRecord, { openedAt, closedAt = Infinity }: ScopeRecords): boolean {
  return order >= openedAt.spans && order < closedAt;
}
