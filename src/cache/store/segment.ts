import type { DeliveredSpan } from '../../model/merged-span.js';
import type { SpanIdentity } from '../../model/span-map.js';
import { Byte, Columns, FIXED_BYTES, Part, ROW_BYTES, VALUE_BYTES, type Mark } from './columns.js';
import { KEPT_CONTEXT } from './context-form.js';
import { readSpan } from './stored-span.js';
import type { Vocabulary } from './vocabulary.js';
import { writeSpan } from './write-span.js';

/**
 * A fixed number of spans, stored in columns.
 *
 * ```text
 *   row   ids                            bytes            times             values
 *    0    trace id, span id, parent's    kind, parts …    start, end ───▶ ┌ name, resource, scope
 *    1    trace id, span id, parent's    kind, parts …    start, end ──┐  └ keys, value, value
 *    2                                                                 └▶ ┌ name, resource, scope
 *                                                                         └ events
 * ```
 *
 * The ids and numbers that every span has are in typed arrays, which the garbage collector does not scan. All other
 * values are in one list, in which each row has as many slots as its span needs. The SDK's span is kept only if a member of it has no column.
 */
export class Segment {
  readonly #capacity: number;
  readonly #vocabulary: Vocabulary;
  readonly #columns: Columns;
  /** Start of each row's values and, as the last entry, the start of the next row's. */
  readonly #starts: Uint32Array;
  /** Estimated bytes that each row keeps alive. */
  readonly #sizes: Float64Array;
  #rows = 0;

  constructor(capacity: number, vocabulary: Vocabulary) {
    this.#capacity = capacity;
    this.#vocabulary = vocabulary;
    this.#columns = new Columns(capacity);
    this.#starts = new Uint32Array(capacity + 1);
    this.#sizes = new Float64Array(capacity);
  }

  get full(): boolean {
    return this.#rows === this.#capacity;
  }

  /** Writes a span into the next row, unless it is larger than `maxBytes`; returns its size. The segment must not be full. */
  add(span: DeliveredSpan, maxBytes: number): number {
    const { mark } = this.#columns;
    const bytes = this.#write(this.#rows, span, mark);
    if (bytes > maxBytes) {
      this.#columns.rollBack(mark);
      return bytes;
    }
    this.#sizes[this.#rows] = bytes;
    this.#starts[++this.#rows] = this.#columns.end;
    if (this.full) this.#columns.pack();
    return bytes;
  }

  /**
   * Overwrites a row with another span, and returns by how many bytes the row has grown. Leaves no gaps in the ids and
   * values.
   */
  replace(row: number, span: DeliveredSpan): number {
    const columns = this.#columns;
    const [start, next] = [this.#starts[row]!, this.#starts[row + 1]!];
    const { mark } = columns;
    const { end, ids } = mark;
    const growth = this.#write(row, span, mark) - this.#sizes[row]!;
    columns.overwriteIds(row, ids);
    const { values } = columns;
    const written = values.slice(end, columns.end);
    columns.values = [...values.slice(0, start), ...written, ...values.slice(next, end)];
    columns.end = columns.values.length;
    for (let later = row + 1; later <= this.#rows; later++) this.#starts[later]! += columns.end - end;
    this.#sizes[row]! += growth;
    return growth;
  }

  /** Releases the values of a row and returns the row's size. The row must not be read afterwards. */
  forget(row: number): number {
    this.#columns.forget(this.#starts[row]!, this.#starts[row + 1]!);
    return this.#sizes[row]!;
  }

  /** The last row, from `from` on, that holds this span; -1 if there is none. */
  find(span: SpanIdentity, from: number): number {
    const packedId = Buffer.from(span.spanId, 'hex');
    for (let row = this.#rows - 1; row >= from; row--) {
      if (this.#mayBe(row, span.spanId, packedId) && isOf(this.#readRow(row), span)) return row;
    }
    return -1;
  }

  /** The spans of all rows from `from` on. */
  read(from: number): DeliveredSpan[] {
    return Array.from({ length: this.#rows - from }, (_, i) => this.#readRow(from + i));
  }

  clear(): void {
    this.#columns.clear();
    this.#rows = 0;
  }

  /** Writes a span into a row, appending its ids and values after all others, and returns its size. */
  #write(row: number, span: DeliveredSpan, before: Mark): number {
    const columns = this.#columns;
    writeSpan(columns, row, span, this.#vocabulary, before);
    return FIXED_BYTES + (columns.end - before.end) * VALUE_BYTES + columns.writtenBytes - before.writtenBytes;
  }

  #readRow(row: number): DeliveredSpan {
    return readSpan(this.#columns, row, this.#starts[row]!);
  }

  /** Whether a row has this span id, or keeps its span context by reference. */
  #mayBe(row: number, spanId: string, packedId: Buffer): boolean {
    const { bytes } = this.#columns;
    const at = row * ROW_BYTES;
    return (
      (bytes[at + Byte.PARTS]! & Part.KEPT_SPAN) !== 0 ||
      bytes[at + Byte.CONTEXT_FORM] === KEPT_CONTEXT ||
      this.#columns.hasSpanId(row, spanId, packedId)
    );
  }
}

/** A span kept by reference may throw when it is read. Such a span never matches. */
function isOf(other: DeliveredSpan, { traceId, spanId }: SpanIdentity): boolean {
  try {
    const context = other.spanContext();
    return context.traceId === traceId && context.spanId === spanId;
  } catch {
    return false;
  }
}
