import { isCount, isRecord } from '../../support/option.js';

/** Changes with every change of the schema. A batch of another version is refused. */
export const WIRE_VERSION = 1;

/**
 * A batch as plain data: strings, numbers and bytes, which `postMessage()` clones fast. `packedToBytes()` converts it
 * to bytes, for a socket or a file.
 *
 * Batches of one packer go to one unpacker, in order: later ones refer by number to texts, resources and scopes of
 * earlier ones. If a batch is lost in transit, items of later batches that refer to it cannot be read and count as
 * dropped, until `SpanPacker.restart()` is called.
 */
export interface PackedBatch {
  /** 1. */
  readonly version: number;
  /** Spans in `items`. */
  readonly spans: number;
  /** Orphans in `items`, after the spans. */
  readonly orphans: number;
  /** Spans lost before this batch and not reported yet. */
  readonly dropped: number;
  /** Orphans lost before this batch and not reported yet. */
  readonly droppedOrphans: number;
  /** Whether the receiver clears all tables before this batch. */
  readonly restart: boolean;
  /** Length of the table of texts before this batch. */
  readonly known: number;
  /** Texts added to the table. */
  readonly added: readonly string[];
  /** Texts of this batch alone. */
  readonly once: readonly string[];
  /** Added resources and scopes, encoded. */
  readonly objects: Uint8Array;
  /** Spans, then orphans, each preceded by its length in bytes, a big-endian uint32. */
  readonly items: Uint8Array;
}

/** Losses are added up in shared memory, where they must not exceed 31 bits. */
const MAX_LOSS = 2 ** 31 - 1;

/** Maximum length of a table. A packer's table is shorter; a forged batch could waste memory. */
const MAX_KNOWN = 65_536;

/** @throws TypeError unless the value has the form of this version's batches; the items themselves are not read */
export function checkPackedBatch(value: unknown): PackedBatch {
  if (!isRecord(value)) throw new TypeError('a packed batch must be an object');
  const { version, spans, orphans, dropped, droppedOrphans, restart, known, added, once, objects, items } = value;
  must(version === WIRE_VERSION, `a packed batch must have version ${WIRE_VERSION}`);
  must(isCount(spans) && isCount(orphans), 'a packed batch must have counts of its items');
  must(isLoss(dropped) && isLoss(droppedOrphans), 'the losses of a packed batch must be counts');
  must(typeof restart === 'boolean', 'a packed batch must have a boolean restart');
  must(isCount(known) && known <= MAX_KNOWN, 'a packed batch must have a table length as known');
  must(areStrings(added) && areStrings(once), 'the texts of a packed batch must be strings');
  must(objects instanceof Uint8Array && items instanceof Uint8Array, 'a packed batch must have bytes');
  must(areItems(items, spans + orphans), 'a packed batch must have all of its items and nothing else');
  return value as unknown as PackedBatch;
}

/** Approximate bytes that the batch takes until it is unpacked. */
export function packedBytes({ added, once, objects, items }: PackedBatch): number {
  let bytes = objects.length + items.length;
  for (const text of added) bytes += text.length;
  for (const text of once) bytes += text.length;
  return bytes;
}

function areItems(bytes: Uint8Array, count: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let left = count; left > 0; left--) {
    if (at + 4 > bytes.length) return false;
    at += 4 + view.getUint32(at);
  }
  return at === bytes.length;
}

export function isLoss(value: unknown): boolean {
  return isCount(value) && value <= MAX_LOSS;
}

function areStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function must(met: boolean, requirement: string): asserts met {
  if (!met) throw new TypeError(requirement);
}
