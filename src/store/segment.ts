import type { DeliveredSpan } from '../model/merged-span.js';
import type { SpanIdentity } from '../model/span-map.js';
import { Byte, Columns, Part, ROW_BYTES, SPAN_ID_BYTES } from './columns.js';
import { writeHexId } from './hex-id.js';
import { readSpan } from './read-span.js';
import type { Vocabulary } from './vocabulary.js';
import { writeSpan } from './write-span.js';

/**
 * A number of spans, written into columns.
 *
 * ```text
 *   row   bytes                                          times                   values
 *    0    trace id, span id, parent's, kind, parts …     start, end, duration ─▶ ┌ name, resource, scope
 *    1    trace id, span id, parent's, kind, parts …     start, end, duration ─┐ └ keys, value, value
 *    2                                                                         └▶┌ name, resource, scope
 *                                                                                └ events
 * ```
 *
 * The numbers that every span has are in typed arrays, which the garbage collector does not look into. The rest is
 * one list, in which a row has as many values as its span needs. The SDK's span is not referred to.
 */
export class Segment {
  readonly #capacity: number;
  readonly #vocabulary: Vocabulary;
  readonly #columns: Columns;
  /** Where the values of each row begin and, behind the last row, where those of the next one will. */
  readonly #starts: Uint32Array;
  /** The spans read before, while somebody holds them: a span read twice is the same object. */
  #given: (WeakRef<DeliveredSpan> | undefined)[] = [];
  #rows = 0;

  constructor(capacity: number, vocabulary: Vocabulary) {
    this.#capacity = capacity;
    this.#vocabulary = vocabulary;
    this.#columns = new Columns(capacity);
    this.#starts = new Uint32Array(capacity + 1);
  }

  get full(): boolean {
    return this.#rows === this.#capacity;
  }

  /** Writes a span into the next row. Must not be full. */
  add(span: DeliveredSpan): void {
    writeSpan(this.#columns, this.#rows, span, this.#vocabulary);
    this.#starts[++this.#rows] = this.#columns.end;
    if (this.full) this.#columns.trim();
  }

  /** Writes a span into the row of another. The rows' values stay without gaps, however often. */
  replace(row: number, span: DeliveredSpan): void {
    const columns = this.#columns;
    const [start, next, end] = [this.#starts[row]!, this.#starts[row + 1]!, columns.end];
    writeSpan(columns, row, span, this.#vocabulary);
    const { values } = columns;
    const written = values.slice(end, columns.end);
    columns.values = [...values.slice(0, start), ...written, ...values.slice(next, end)];
    columns.end = columns.values.length;
    this.#given[row] = undefined;
    const growth = columns.end - end;
    for (let later = row + 1; later <= this.#rows; later++) this.#starts[later]! += growth;
  }

  /** The last row of a span, but none before `from`; -1 if there is none. */
  find(span: SpanIdentity, from: number): number {
    // Zeroes stand for every id that is not written as bytes.
    const id = Buffer.alloc(SPAN_ID_BYTES);
    if (!writeHexId(span.spanId, id, 0, SPAN_ID_BYTES)) id.fill(0);
    for (let row = this.#rows - 1; row >= from; row--) {
      if (this.#mayBe(row, id) && isOf(this.#materialise(row), span)) return row;
    }
    return -1;
  }

  /** The spans of all rows, but those before `from`. */
  read(from: number): DeliveredSpan[] {
    return Array.from({ length: this.#rows - from }, (_, i) => this.#read(from + i));
  }

  /** Forgets all rows. */
  clear(): void {
    this.#columns.values.fill(undefined, 0, this.#columns.end);
    this.#columns.end = 0;
    this.#given = [];
    this.#rows = 0;
  }

  #read(row: number): DeliveredSpan {
    const given = this.#given[row]?.deref();
    if (given !== undefined) return given;
    const span = this.#materialise(row);
    this.#given[row] = new WeakRef(span);
    return span;
  }

  #materialise(row: number): DeliveredSpan {
    return readSpan(this.#columns, row, this.#starts[row]!);
  }

  /** Whether a row has these bytes for its span id, or a span whose ids are not written. */
  #mayBe(row: number, id: Buffer): boolean {
    const { bytes } = this.#columns;
    const at = row * ROW_BYTES;
    if (bytes[at + Byte.PARTS]! & Part.KEPT_SPAN) return true;
    for (let i = 0; i < SPAN_ID_BYTES; i++) if (bytes[at + Byte.SPAN_ID + i] !== id[i]) return false;
    return true;
  }
}

/** A kept span may be one that cannot be read: it is none that anybody looks for. */
function isOf(other: DeliveredSpan, { traceId, spanId }: SpanIdentity): boolean {
  try {
    const context = other.spanContext();
    return context.traceId === traceId && context.spanId === spanId;
  } catch {
    return false;
  }
}
