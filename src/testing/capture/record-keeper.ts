import type { CopiedLog } from '../../trace/to-captured-span.js';
import { LOST, Ownership, type Owner } from './ownership.js';
import type { Mark, ScopeRecords } from './scope-records.js';
import type { SpanRecord } from './span-record.js';
import { Unowned } from './unowned.js';

/** Adds each span and log record that arrives to the scope that owns it, or to `unowned`. */
export abstract class RecordKeeper {
  readonly unowned = new Unowned();
  protected readonly ownership = new Ownership();
  #spans = 0;

  /** Number of spans that have arrived; also the `order` of the next one. */
  get receivedSpans(): number {
    return this.#spans;
  }

  /** Counts the spans that have arrived since a scope was opened and that the scope does not own. */
  notOwnedBy({ openedAt, spans, droppedSpans }: ScopeRecords): { unowned: number; ofOtherScopes: number } {
    const unowned = this.unowned.spansSince(openedAt).length;
    return { unowned, ofOtherScopes: this.#spans - openedAt.spans - unowned - spans.length - droppedSpans };
  }

  protected nextOrder(): number {
    return this.#spans++;
  }

  protected get now(): Mark {
    return { spans: this.#spans, unownedLogs: this.unowned.logCount };
  }

  /**
   * Adds a span to its owner.
   *
   * @returns the owner, or `LOST` if the owner is full
   */
  protected give(record: SpanRecord, owner: Owner, bytes = 0): Owner {
    if (owner === undefined) this.unowned.addSpan(record, bytes);
    return typeof owner !== 'object' || owner.add(record, bytes) ? owner : LOST;
  }

  /**
   * Adds a log record to its owner.
   *
   * @returns the scope that keeps the log record, if any
   */
  protected giveLog(copied: CopiedLog, owner: Owner, bytes = 0): ScopeRecords | undefined {
    if (owner === undefined) this.unowned.addLog(copied, bytes);
    return typeof owner === 'object' && owner.addLog(copied.log, bytes) ? owner : undefined;
  }
}
