/*
 * The log records that are on their span already, as span events.
 *
 * One set per process, held by a global symbol: the bridge and the cache may come from two builds of this
 * package (ESM and CommonJS) or two copies of it, and must agree. Weak: a record is remembered for as
 * long as somebody holds it.
 */

const GLOBAL_KEY = Symbol.for('otel-span-cache.bridged-records');

interface BridgedRecords {
  /** Undefined until the first record is bridged: no bridge, no look-ups. */
  records: WeakSet<object> | undefined;
}

const global = globalThis as { [GLOBAL_KEY]?: BridgedRecords };
const bridged = (global[GLOBAL_KEY] ??= { records: undefined });

/** Remembers that a bridge put the record on its span. */
export function markBridged(record: object): void {
  bridged.records ??= new WeakSet();
  bridged.records.add(record);
}

/** Whether a bridge put the record on its span. In a process without bridges this reads one field. */
export function isBridged(record: object): boolean {
  return bridged.records !== undefined && bridged.records.has(record);
}
