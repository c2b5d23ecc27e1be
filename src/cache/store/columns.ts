import { estimatedValueBytes } from '../../model/estimated-bytes.js';
import { detached } from '../../model/text-of.js';

/** Byte offsets within a row. */
export const Byte = {
  KIND: 0,
  CONTEXT_FORM: 1,
  TRACE_FLAGS: 2,
  PARENT_FORM: 3,
  PARENT_TRACE_FLAGS: 4,
  PARTS: 5,
} as const;
export const ROW_BYTES = 6;

/** Offsets within the times of a row. Each time is two numbers: seconds, then nanoseconds. */
export const Time = { START: 0, END: 2 } as const;
export const ROW_TIMES = 4;

export const TRACE_ID_LENGTH = 32;
export const SPAN_ID_LENGTH = 16;

/** Offsets within the ids of a row: trace id, span id, parent's span id. */
export const Id = { TRACE: 0, SPAN: TRACE_ID_LENGTH, PARENT: TRACE_ID_LENGTH + SPAN_ID_LENGTH } as const;
export const ROW_IDS = Id.PARENT + SPAN_ID_LENGTH;

/** Bytes of every row: packed ids, times, bytes, the start of its values (4) and its size (8). */
export const FIXED_BYTES = ROW_IDS / 2 + ROW_TIMES * Float64Array.BYTES_PER_ELEMENT + ROW_BYTES + 12;
/** Bytes of one slot in the list of values. */
export const VALUE_BYTES = 8;

/** Written where a row has no ids, or keeps its context by reference. */
export const NO_TRACE_ID = '0'.repeat(TRACE_ID_LENGTH);
export const NO_SPAN_ID = '0'.repeat(SPAN_ID_LENGTH);

/** Bits that mark which optional values a row has. */
export const Part = {
  /** A status other than `{ code: UNSET }`. */
  STATUS: 1,
  ATTRIBUTES: 2,
  /** The attributes object itself. */
  KEPT_ATTRIBUTES: 4,
  LINKS: 8,
  EVENTS: 16,
  /** The dropped counts and the revision. */
  COUNTS: 32,
  /** A duration that differs from end time minus start time. */
  DURATION: 64,
  /** The span object itself, and no other value. */
  KEPT_SPAN: 128,
} as const;

/** A point in the columns to roll back to. */
export interface Mark {
  readonly end: number;
  readonly ids: string;
  readonly writtenBytes: number;
}

/** The storage of a segment. `writeSpan` and `readSpan` define its layout. */
export class Columns {
  readonly bytes: Uint8Array;
  readonly times: Float64Array;
  /** The values of all rows, one row after the other: everything that is neither an id nor a number. */
  values: unknown[] = [];
  /** Number of values in use. The list may be longer, to leave room for more. */
  end = 0;
  /** Estimated bytes that the values written so far keep alive. The difference across a write is the size of that row. */
  writtenBytes = 0;
  /** The ids of all rows, concatenated; empty once they are packed. */
  ids = '';
  readonly #packedIds: Buffer;
  /** Length of the list of values when it was last trimmed. */
  #trimmed = 0;

  constructor(rows: number) {
    this.times = new Float64Array(rows * ROW_TIMES);
    this.bytes = new Uint8Array(rows * ROW_BYTES);
    this.#packedIds = Buffer.alloc((rows * ROW_IDS) / 2);
  }

  /** Appends a value without memory of its own: a number, or an object that many spans share. */
  put(value: unknown): void {
    this.values[this.end++] = value;
  }

  /** Appends a value that only this span refers to, with the bytes that it keeps alive. */
  putOwn(value: unknown, bytes: number): void {
    this.values[this.end++] = value;
    this.writtenBytes += bytes;
  }

  /** Appends a string, a number, or any other attribute value, and estimates its bytes. */
  putValue(value: unknown): void {
    this.values[this.end++] = value;
    if (typeof value === 'string') this.writtenBytes += value.length;
    else if (typeof value === 'object') this.writtenBytes += estimatedValueBytes(value);
  }

  /** Clears the values from `start` to `end`. Their slots remain. */
  forget(start: number, end: number): void {
    this.values.fill(undefined, start, end);
  }

  get mark(): Mark {
    return { end: this.end, ids: this.ids, writtenBytes: this.writtenBytes };
  }

  /** Undoes everything written since `mark`. */
  rollBack({ end, ids, writtenBytes }: Mark): void {
    this.forget(end, this.end);
    this.end = end;
    this.ids = ids;
    this.writtenBytes = writtenBytes;
  }

  idsOf(row: number): string {
    const at = row * ROW_IDS;
    if (this.ids !== '') return detached(this.ids.slice(at, at + ROW_IDS));
    return this.#packedIds.toString('hex', at / 2, (at + ROW_IDS) / 2);
  }

  /**
   * Whether a row has this span id; its trace id is not compared.
   *
   * @param packed the same id as bytes
   */
  hasSpanId(row: number, spanId: string, packed: Buffer): boolean {
    const at = row * ROW_IDS + Id.SPAN;
    if (this.ids !== '') return this.ids.startsWith(spanId, at);
    for (let i = 0; i < SPAN_ID_LENGTH / 2; i++) if (this.#packedIds[at / 2 + i] !== packed[i]) return false;
    return true;
  }

  /** Overwrites the ids of a row with the ids appended last, after all rows. `before` is `ids` without them. */
  overwriteIds(row: number, before: string): void {
    const written = this.ids.slice(before.length);
    this.ids = before;
    if (before === '' && this.#packIds(row, written)) return;
    const at = row * ROW_IDS;
    const all = before || this.#packedIds.toString('hex');
    this.ids = all.slice(0, at) + written + all.slice(at + ROW_IDS);
  }

  /** Reduces the memory to the minimum. Call it when all rows are written. */
  pack(): void {
    const { length } = this.values;
    // A list that has grown has spare room. A list that is half empty once held larger spans.
    if (length > this.#trimmed || this.end < length / 2) {
      this.values = this.values.slice(0, this.end);
      this.#trimmed = this.end;
    }
    if (this.#packIds(0, this.ids)) this.ids = '';
  }

  clear(): void {
    this.rollBack({ end: 0, ids: '', writtenBytes: 0 });
  }

  /** Returns false for ids that do not survive packing, which keeps only lower-case hex digits. */
  #packIds(row: number, ids: string): boolean {
    const start = (row * ROW_IDS) / 2;
    const end = start + this.#packedIds.write(ids, start, 'hex');
    return this.#packedIds.toString('hex', start, end) === ids;
  }
}

export function isByte(value: number): boolean {
  return (value & 0xff) === value;
}
