import {
  SpanStatusCode,
  type Attributes,
  type AttributeValue,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanStatus,
} from '@opentelemetry/api';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { InstrumentationScope, Resource, TimedEvent } from '../../model/otel.js';
import {
  Byte,
  Id,
  Part,
  ROW_BYTES,
  ROW_TIMES,
  SPAN_ID_LENGTH,
  Time,
  TRACE_ID_LENGTH,
  type Columns,
} from './columns.js';
import { contextOf, hasValue, NO_CONTEXT } from './context-form.js';
import { durationBetween } from '../../model/duration-between.js';
import { StoredSpan } from './stored-span.js';

/**
 * Reads the span of a row, whose values begin at `start`: what `writeSpan` wrote, in the same order.
 *
 * New are its span contexts, its times, and its attributes, status and lists unless they were kept as they are.
 *
 * @param neighbours spans that are alive as long as this one
 */
export function readSpan(columns: Columns, row: number, start: number, neighbours?: object): DeliveredSpan {
  const from = new RowReader(columns, row, start);
  if (from.has(Part.KEPT_SPAN)) return from.next() as DeliveredSpan;
  const traceId = from.id(Id.TRACE, TRACE_ID_LENGTH);
  const startTime = from.time(Time.START);
  const endTime = from.time(Time.END);
  return new StoredSpan(
    {
      kind: from.byte(Byte.KIND),
      startTime,
      endTime,
      ended: true,
      // From here on in the order of the values.
      name: from.next() as string,
      resource: from.next() as Resource,
      instrumentationScope: from.next() as InstrumentationScope,
      context: from.context(Byte.CONTEXT_FORM, traceId, Id.SPAN, Byte.TRACE_FLAGS)!,
      parentSpanContext: from.context(Byte.PARENT_FORM, traceId, Id.PARENT, Byte.PARENT_TRACE_FLAGS),
      status: from.has(Part.STATUS) ? (from.next() as SpanStatus) : { code: SpanStatusCode.UNSET },
      attributes: from.has(Part.KEPT_ATTRIBUTES) ? (from.next() as Attributes) : from.attributes(),
      links: from.has(Part.LINKS) ? (from.next() as Link[]) : [],
      events: from.has(Part.EVENTS) ? (from.next() as TimedEvent[]) : [],
      droppedAttributesCount: from.count(),
      droppedEventsCount: from.count(),
      droppedLinksCount: from.count(),
      revision: from.count(),
      duration: from.has(Part.DURATION)
        ? [from.next() as number, from.next() as number]
        : durationBetween(startTime, endTime),
    },
    neighbours,
  );
}

/** A row, its values one by one. */
class RowReader {
  readonly #columns: Columns;
  readonly #row: number;
  readonly #ids: string;
  #next: number;

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

  byte(which: number): number {
    return this.#columns.bytes[this.#row * ROW_BYTES + which]!;
  }

  id(which: number, length: number): string {
    return this.#ids.slice(which, which + length);
  }

  time(which: number): HrTime {
    const { times } = this.#columns;
    const at = this.#row * ROW_TIMES + which;
    return [times[at]!, times[at + 1]!];
  }

  context(form: number, traceId: string, spanId: number, flags: number): SpanContext | undefined {
    const written = this.byte(form);
    if (written === NO_CONTEXT) return undefined;
    const value = hasValue(written) ? this.next() : undefined;
    return contextOf(written, traceId, this.id(spanId, SPAN_ID_LENGTH), this.byte(flags), value);
  }

  attributes(): Attributes {
    const attributes: Attributes = {};
    if (!this.has(Part.ATTRIBUTES)) return attributes;
    for (const key of this.next() as readonly string[]) attributes[key] = this.next() as AttributeValue;
    return attributes;
  }

  count(): number {
    return this.has(Part.COUNTS) ? (this.next() as number) : 0;
  }
}
