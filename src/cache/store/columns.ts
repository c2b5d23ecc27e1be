import { estimatedValueBytes } from '../../model/estimated-bytes.js';

/** Where in the bytes of a row what is. */
export const Byte = { KIND: 0, CONTEXT_FORM: 1, TRACE_FLAGS: 2, PARENT_FORM: 3, PARENT_TRACE_FLAGS: 4, PARTS: 5 } as const;
export const ROW_BYTES = 6;

/** Where in the times of a row what is: seconds, then nanoseconds. */
export const Time = { START: 0, END: 2 } as const;
export const ROW_TIMES = 4;

export const TRACE_ID_LENGTH = 32;
export const SPAN_ID_LENGTH = 16;

/** Where in the ids of a row what is: the trace's, the span's, the parent's. */
export const Id = { TRACE: 0, SPAN: TRACE_ID_LENGTH, PARENT: TRACE_ID_LENGTH + SPAN_ID_LENGTH } as const;
export const ROW_IDS = Id.PARENT + SPAN_ID_LENGTH;

/** What every row takes: its ids, packed, its times and bytes, where its values begin, and its size. */
export const FIXED_BYTES = ROW_IDS / 2 + ROW_TIMES * Float64Array.BYTES_PER_ELEMENT + ROW_BYTES + 12;
/** What each value takes in the list. */
export const VALUE_BYTES = 8;

/** In the place of ids that are not written. */
export const NO_TRACE_ID = '0'.repeat(TRACE_ID_LENGTH);
export const NO_SPAN_ID = '0'.repeat(SPAN_ID_LENGTH);

/** What is among the values of a row only if the span has it: a bit each. */
export const Part = {
  /** A status other than that of a span of which none was set. */
  STATUS: 1,
  ATTRIBUTES: 2,
  /** The attributes as the object that they are. */
  KEPT_ATTRIBUTES: 4,
  LINKS: 8,
  EVENTS: 16,
  /** The dropped counts and the revision. */
  COUNTS: 32,
  /** A duration that is not the time from start to end. */
  DURATION: 64,
  /** The span as the object that it is, and nothing else. */
  KEPT_SPAN: 128,
} as const;

/** How far rows were written at some time. */
export interface Mark {
  readonly end: number;
  readonly ids: string;
  readonly writtenBytes: number;
}

/** The storage of a segment. What it means is known to `writeSpan` and `readSpan`. */
export class Columns {
  readonly bytes: Uint8Array;
  readonly times: Float64Array;
  /** What is neither number nor id, of all rows, one after the other. */
  values: unknown[] = [];
  /** How many values there are. The list may be longer, with room for others. */
  end = 0;
  /** About how many bytes the values written so far keep alive: a row's are those that it grew by. */
  writtenBytes = 0;
  /** The ids of all rows, one after the other; empty once they are packed. */
  ids = '';
  readonly #packedIds: Buffer;
  /** The length of the list of values when it had no more room than it needs. */
  #trimmed = 0;

  constructor(rows: number) {
    this.times = new Float64Array(rows * ROW_TIMES);
    this.bytes = new Uint8Array(rows * ROW_BYTES);
    this.#packedIds = Buffer.alloc((rows * ROW_IDS) / 2);
  }

  /** Adds a value that takes no memory of its own: a number, or what many spans share. */
  put(value: unknown): void {
    this.values[this.end++] = value;
  }

  /** Adds a value that is this span's own, with the bytes that it keeps alive. */
  putOwn(value: unknown, bytes: number): void {
    this.values[this.end++] = value;
    this.writtenBytes += bytes;
  }

  /** Adds a text, a number, or anything else that an attribute may be. */
  putValue(value: unknown): void {
    this.values[this.end++] = value;
    // Most values are texts and numbers.
    if (typeof value === 'string') this.writtenBytes += value.length;
    else if (typeof value === 'object') this.writtenBytes += estimatedValueBytes(value);
  }

  /** Forgets the values from `start` to `end`, whose places stay. */
  forget(start: number, end: number): void {
    this.values.fill(undefined, start, end);
  }

  /** How far the rows are written, to be taken back to. */
  get mark(): Mark {
    return { end: this.end, ids: this.ids, writtenBytes: this.writtenBytes };
  }

  /** Takes back what was written since. */
  takeBack({ end, ids, writtenBytes }: Mark): void {
    this.forget(end, this.end);
    this.end = end;
    this.ids = ids;
    this.writtenBytes = writtenBytes;
  }

  idsOf(row: number): string {
    const at = row * ROW_IDS;
    if (this.ids !== '') return copyOf(this.ids.slice(at, at + ROW_IDS));
    return this.#packedIds.toString('hex', at / 2, (at + ROW_IDS) / 2);
  }

  /** Whether that is, as text and packed, the span id of a row; its other ids may be another's. */
  hasSpanId(row: number, spanId: string, packed: Buffer): boolean {
    const at = row * ROW_IDS + Id.SPAN;
    if (this.ids !== '') return this.ids.startsWith(spanId, at);
    for (let i = 0; i < SPAN_ID_LENGTH / 2; i++) if (this.#packedIds[at / 2 + i] !== packed[i]) return false;
    return true;
  }

  /** Puts the ids that were written last, behind those of all rows, in the place of those of a row. */
  moveIds(row: number, before: string): void {
    const written = this.ids.slice(before.length);
    this.ids = before;
    if (before === '' && this.#packIds(row, written)) return;
    const at = row * ROW_IDS;
    const all = before || this.#packedIds.toString('hex');
    this.ids = all.slice(0, at) + written + all.slice(at + ROW_IDS);
  }

  /** Takes as little memory as it can. To be called when all rows are written. */
  pack(): void {
    const { length } = this.values;
    // Longer than it was: with room to grow. Half empty: from when its spans were larger.
    if (length > this.#trimmed || this.end < length / 2) {
      this.values = this.values.slice(0, this.end);
      this.#trimmed = this.end;
    }
    if (this.#packIds(0, this.ids)) this.ids = '';
  }

  clear(): void {
    this.takeBack({ end: 0, ids: '', writtenBytes: 0 });
  }

  /** Only lower-case hex digits come back as they were: for any other ids it returns false. */
  #packIds(row: number, ids: string): boolean {
    const start = (row * ROW_IDS) / 2;
    const end = start + this.#packedIds.write(ids, start, 'hex');
    return this.#packedIds.toString('hex', start, end) === ids;
  }
}

/** A text by itself: that of a slice is, to V8, a part of the whole, which it keeps alive. */
function copyOf(slice: string): string {
  return Buffer.from(slice, 'utf16le').toString('utf16le');
}

/** Whether a number can be written as a byte. */
export function isByte(value: number): boolean {
  return (value & 0xff) === value;
}
