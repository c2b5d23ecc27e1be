import { createTraceState, type HrTime, type SpanContext } from '@opentelemetry/api';
import { timeAfter } from '../../model/hr-time.js';
import { textOf } from '../../model/text-of.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

/* Span contexts and times. Each begins with a byte that names its form. */

const CONTEXT = { hexIds: 1, sameTrace: 2, isRemote: 4, isLocal: 8, traceState: 16 } as const;

const TIME = { uint32: 1, sum: 2 } as const;

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/**
 * @param owner a context that the reader has read just before; its trace id is not written again
 * @throws TypeError for ids that are not strings: a span is meaningless without ids
 */
export function writeContext(writer: WireWriter, context: SpanContext, owner?: SpanContext): void {
  const { traceId, spanId, traceFlags, isRemote, traceState } = context;
  if (typeof traceId !== 'string' || typeof spanId !== 'string') throw new TypeError('an id must be a string');
  const state = traceState?.serialize();
  const sameTrace = traceId === owner?.traceId;
  const rest =
    (sameTrace ? CONTEXT.sameTrace : 0) |
    (isRemote === true ? CONTEXT.isRemote : 0) |
    (isRemote === false ? CONTEXT.isLocal : 0) |
    (state === undefined ? 0 : CONTEXT.traceState);
  const start = writer.length;
  writer.byte(rest | CONTEXT.hexIds);
  if (!((sameTrace || writer.hex(traceId, TRACE_ID_BYTES)) && writer.hex(spanId, SPAN_ID_BYTES))) {
    writer.truncate(start);
    writer.byte(rest);
    if (!sameTrace) writer.text(traceId);
    writer.text(spanId);
  }
  writer.count(traceFlags);
  if (state !== undefined) writer.text(textOf(state));
}

export function readContext(reader: WireReader, owner?: SpanContext): SpanContext {
  const form = reader.byte();
  const hex = (form & CONTEXT.hexIds) > 0;
  let traceId = (form & CONTEXT.sameTrace) > 0 ? owner?.traceId : undefined;
  traceId ??= hex ? reader.hex(TRACE_ID_BYTES) : reader.text();
  const spanId = hex ? reader.hex(SPAN_ID_BYTES) : reader.text();
  const context: SpanContext = { traceId, spanId, traceFlags: reader.uint() };
  if ((form & (CONTEXT.isRemote | CONTEXT.isLocal)) > 0) context.isRemote = (form & CONTEXT.isRemote) > 0;
  if ((form & CONTEXT.traceState) > 0) context.traceState = createTraceState(reader.text());
  return context;
}

/** Throws for a value that has no parts. A part that is not a number becomes NaN. */
export function writeTime(writer: WireWriter, time: HrTime): void {
  const [seconds, nanos] = time as readonly unknown[];
  if (isUint32(seconds) && isUint32(nanos)) {
    writer.byte(TIME.uint32);
    writer.uint32(seconds);
    writer.uint32(nanos);
  } else {
    writer.byte(0);
    writer.double(typeof seconds === 'number' ? seconds : Number.NaN);
    writer.double(typeof nanos === 'number' ? nanos : Number.NaN);
  }
}

export function readTime(reader: WireReader): HrTime {
  return (reader.byte() & TIME.uint32) > 0 ? [reader.uint32(), reader.uint32()] : [reader.double(), reader.double()];
}

/** The times of a span. The end is left out if it equals start plus duration, as in the SDK. */
export function writeTimes(writer: WireWriter, start: HrTime, end: HrTime, duration: HrTime): void {
  const sum = timeAfter(start, duration);
  const isSum = end[0] === sum[0] && end[1] === sum[1];
  writer.byte(isSum ? TIME.sum : 0);
  writeTime(writer, start);
  writeTime(writer, duration);
  if (!isSum) writeTime(writer, end);
}

export function readTimes(reader: WireReader): { startTime: HrTime; endTime: HrTime; duration: HrTime } {
  const isSum = (reader.byte() & TIME.sum) > 0;
  const startTime = readTime(reader);
  const duration = readTime(reader);
  const endTime = isSum ? timeAfter(startTime, duration) : readTime(reader);
  return { startTime, endTime, duration };
}

function isUint32(value: unknown): value is number {
  return typeof value === 'number' && value >>> 0 === value && !Object.is(value, -0);
}
