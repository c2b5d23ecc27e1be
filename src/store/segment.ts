import type { DeliveredSpan } from '../model/merged-span.js';
import type { SpanIdentity } from '../model/span-map.js';
import { Byte, Columns, Part, ROW_BYTES } from './columns.js';
import { KEPT_CONTEXT } from './context-form.js';
import { readSpan } from './read-span.js';
import type { Vocabulary } from './vocabulary.js';
import { writeSpan } from './write-span.js';

/**
 * Rows whose spans, once read, are remembered together: a `WeakRef` costs more than all else about a read. Each of
 * the spans keeps those of the other rows alive.
 */
const GIVEN_ROWS = 16;

type Given = (DeliveredSpan | undefined)[];

/**
 * A number of spans, written into columns.
 *
 * ```text
 *   row   ids                            bytes            times             values
 *    0    trace id, span id, parent's    kind, parts …    start, end ───▶ ┌ name, resource, scope
 *    1    trace id, span id, parent's    kind, parts …    start, end ──┐  └ keys, value, value
 *    2                                                                 └▶ ┌ name, resource, scope
 *                                                                         └ events
 * ```
 *
 * The ids and numbers that every span has are in typed arrays, which the garbage collector does not look into. The
 * rest is one list, in which a row has as many values as its span needs. The SDK's span is not referred to.
 */
export class Segment {
  readonly #capacity: number;
  readonly #vocabulary: Vocabulary;
  readonly #columns: Columns;
  /** Where the values of each row begin and, behind the last row, where those of the next one will. */
  readonly #starts: Uint32Array;
  /** The spans read before, some rows at a time, while somebody holds one of them. */
  #given: (WeakRef<Given> | undefined)[] = [];
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
    if (this.full) this.#columns.pack();
  }

  /** Writes a span into the row of another. The rows' ids and values stay without gaps, however often. */
  replace(row: number, span: DeliveredSpan): void {
    const columns = this.#columns;
    const [start, next] = [this.#starts[row]!, this.#starts[row + 1]!];
    const { end, ids } = columns;
    writeSpan(columns, row, span, this.#vocabulary);
    columns.moveIds(row, ids);
    const { values } = columns;
    const written = values.slice(end, columns.end);
    columns.values = [...values.slice(0, start), ...written, ...values.slice(next, end)];
    columns.end = columns.values.length;
    this.#givenNear(row)[row % GIVEN_ROWS] = undefined;
    const growth = columns.end - end;
    for (let later = row + 1; later <= this.#rows; later++) this.#starts[later]! += growth;
  }

  /** The last row of a span, but none before `from`; -1 if there is none. */
  find(span: SpanIdentity, from: number): number {
    const packedId = Buffer.from(span.spanId, 'hex');
    for (let row = this.#rows - 1; row >= from; row--) {
      if (this.#mayBe(row, span.spanId, packedId) && isOf(this.#readAnew(row), span)) return row;
    }
    return -1;
  }

  /** Reads the spans of all rows, but those before `from`, into a list. */
  readInto(spans: DeliveredSpan[], from: number): void {
    for (let row = from; row < this.#rows; ) {
      const given = this.#givenNear(row);
      do {
        spans.push((given[row % GIVEN_ROWS] ??= this.#readAnew(row, given)));
      } while (++row < this.#rows && row % GIVEN_ROWS !== 0);
    }
  }

  /** Forgets all rows. */
  clear(): void {
    this.#columns.clear();
    this.#given = [];
    this.#rows = 0;
  }

  /** The spans of a row and of those beside it that were read before. */
  #givenNear(row: number): Given {
    const which = Math.floor(row / GIVEN_ROWS);
    let given = this.#given[which]?.deref();
    if (given === undefined) {
      given = [];
      this.#given[which] = new WeakRef(given);
    }
    return given;
  }

  #readAnew(row: number, neighbours?: Given): DeliveredSpan {
    return readSpan(this.#columns, row, this.#starts[row]!, neighbours);
  }

  /** Whether a row has that span id, or a span context that is not written. */
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

/** A kept span may be one that cannot be read: it is none that anybody looks for. */
function isOf(other: DeliveredSpan, { traceId, spanId }: SpanIdentity): boolean {
  try {
    const context = other.spanContext();
    return context.traceId === traceId && context.spanId === spanId;
  } catch {
    return false;
  }
}
