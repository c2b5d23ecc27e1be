import type { Attributes, AttributeValue, HrTime, SpanContext } from '@opentelemetry/api';
import { Byte, Id, Part, ROW_BYTES, ROW_TIMES, SPAN_ID_LENGTH, TRACE_ID_LENGTH, type Columns } from './columns.js';
import { contextOf, hasValue, NO_CONTEXT } from './context-form.js';

/** Reads a row written by `writeSpan`. The values must be read in the order in which they were written. */
export class RowReader {
  readonly #columns: Columns;
  readonly #row: number;
  readonly #ids: string;
  #next: number;

  /** @param start index of the row's first value */
  constructor(columns: Columns, row: number, start: number) {
    this.#columns = columns;
    this.#row = row;
    this.#ids = columns.idsOf(row);
    this.#next = start;
  }

  next(): unknown {
    return this.#columns.values[this.#next++];
  }

  has(part: number): boolean {
    return (this.byte(Byte.PARTS) & part) !== 0;
  }

  /** The next value if the row has this part, else `otherwise`. */
  nextIf<T>(part: number, otherwise: T): T {
    return this.has(part) ? (this.next() as T) : otherwise;
  }

  byte(which: number): number {
    return this.#columns.bytes[this.#row * ROW_BYTES + which]!;
  }

  time(which: number): HrTime {
    const { times } = this.#columns;
    const at = this.#row * ROW_TIMES + which;
    return [times[at]!, times[at + 1]!];
  }

  context(form: number, spanId: number, flags: number): SpanContext | undefined {
    const written = this.byte(form);
    if (written === NO_CONTEXT) return undefined;
    const value = hasValue(written) ? this.next() : undefined;
    return contextOf(
      written,
      this.#id(Id.TRACE, TRACE_ID_LENGTH),
      this.#id(spanId, SPAN_ID_LENGTH),
      this.byte(flags),
      value,
    );
  }

  attributes(): Attributes {
    if (this.has(Part.KEPT_ATTRIBUTES)) return this.next() as Attributes;
    const attributes: Attributes = {};
    if (!this.has(Part.ATTRIBUTES)) return attributes;
    for (const key of this.next() as readonly string[]) attributes[key] = this.next() as AttributeValue;
    return attributes;
  }

  #id(which: number, length: number): string {
    return this.#ids.slice(which, which + length);
  }
}
