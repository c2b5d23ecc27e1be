import { perProcess } from '../support/per-process.js';

/**
 * The log records that a bridge has put on their span as span events. Weak: a record is remembered for as long as
 * somebody holds it. The set is made with the first record, so that a process without bridges has nothing to look up.
 */
const bridged = perProcess<{ records?: WeakSet<object> }>('bridged-records 1', () => ({}));

/** Remembers that a bridge put the record on its span. */
export function markBridged(record: object): void {
  bridged.records ??= new WeakSet();
  bridged.records.add(record);
}

/** Whether a bridge put the record on its span. */
export function isBridged(record: object): boolean {
  return bridged.records !== undefined && bridged.records.has(record);
}
