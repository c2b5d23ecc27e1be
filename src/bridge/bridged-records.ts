import { perProcess } from '../support/per-process.js';

/**
 * Log records that a bridge has added to their span as span events. Held weakly. The set is created with the first
 * record, so that a process without bridges pays nothing for a lookup.
 */
const bridged = perProcess<{ records?: WeakSet<object> }>('bridged-records 1', () => ({}));

/** Remembers that a bridge added the record to its span. */
export function markBridged(record: object): void {
  bridged.records ??= new WeakSet();
  bridged.records.add(record);
}

/** Whether a bridge added the record to its span. */
export function isBridged(record: object): boolean {
  return bridged.records !== undefined && bridged.records.has(record);
}
