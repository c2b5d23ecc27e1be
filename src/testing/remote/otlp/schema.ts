/*
 * The trace and log requests of OTLP, reduced to the fields that are read here:
 * https://github.com/open-telemetry/opentelemetry-proto (v1). One table describes both encodings: numbers and wire
 * types for protobuf, names for JSON. All other fields are skipped.
 */

/** Types of decoded values, by encoded type. An `id` is bytes in protobuf and hexadecimal text in JSON. */
interface Scalars {
  string: string;
  bytes: Uint8Array;
  id: string;
  bool: boolean;
  double: number;
  uint32: number;
  fixed32: number;
  fixed64: bigint;
  int64: bigint;
}

export type Scalar = keyof Scalars;

/** @typeParam T type of the decoded value */
export interface Field<T = unknown> {
  readonly number: number;
  readonly type: Scalar | (() => Message);
  readonly repeated: boolean;
  /** Never set; carries the type parameter. */
  readonly decoded?: T;
}

/**
 * Elements that a span or log record counts as, in addition to its fields, for the memory and time it costs when it is
 * sent with few fields.
 */
const RECORD_ELEMENTS = 10;

/**
 * Describes the fields of one message type.
 *
 * @typeParam T type of the decoded message if all fields were sent
 */
export class Message<T = unknown> {
  readonly byName: readonly (readonly [string, Field])[];
  readonly byNumber: ReadonlyMap<number, readonly [string, Field]>;
  /** Elements that the message counts as, in addition to its fields. */
  readonly extraElements: number;

  constructor(fields: { readonly [K in keyof T]-?: Field<T[K]> }, extraElements = 0) {
    this.extraElements = extraElements;
    this.byName = Object.entries<Field>(fields);
    this.byNumber = new Map(this.byName.map((entry) => [entry[1].number, entry]));
  }
}

/** Type of a decoded message. Fields that were not sent are missing. */
type Decoded<M> = M extends Message<infer T> ? Readonly<Partial<T>> : never;

export interface KeyValue {
  readonly key: string;
  readonly value: Partial<AnyValue>;
}

/** At most one field is sent. Without any, the value is null. */
export interface AnyValue {
  readonly stringValue: string;
  readonly boolValue: boolean;
  readonly intValue: bigint;
  readonly doubleValue: number;
  readonly arrayValue: { readonly values?: readonly Partial<AnyValue>[] };
  readonly kvlistValue: { readonly values?: readonly Partial<KeyValue>[] };
  readonly bytesValue: Uint8Array;
}

const KEY_VALUE_LIST = new Message({ values: many(1, () => KEY_VALUE) });
const ARRAY_VALUE = new Message({ values: many(1, () => ANY_VALUE) });

const ANY_VALUE: Message<AnyValue> = new Message({
  stringValue: one(1, 'string'),
  boolValue: one(2, 'bool'),
  intValue: one(3, 'int64'),
  doubleValue: one(4, 'double'),
  arrayValue: one(5, () => ARRAY_VALUE),
  kvlistValue: one(6, () => KEY_VALUE_LIST),
  bytesValue: one(7, 'bytes'),
});

const KEY_VALUE: Message<KeyValue> = new Message({ key: one(1, 'string'), value: one(2, () => ANY_VALUE) });
const RESOURCE = new Message({ attributes: many(1, () => KEY_VALUE) });
const SCOPE = new Message({ name: one(1, 'string'), version: one(2, 'string') });

const EVENT = new Message({
  timeUnixNano: one(1, 'fixed64'),
  name: one(2, 'string'),
  attributes: many(3, () => KEY_VALUE),
  droppedAttributesCount: one(4, 'uint32'),
});
const LINK = new Message({
  traceId: one(1, 'id'),
  spanId: one(2, 'id'),
  attributes: many(4, () => KEY_VALUE),
  droppedAttributesCount: one(5, 'uint32'),
});
const STATUS = new Message({ message: one(2, 'string'), code: one(3, 'uint32') });

const SPAN = new Message(
  {
    traceId: one(1, 'id'),
    spanId: one(2, 'id'),
    parentSpanId: one(4, 'id'),
    name: one(5, 'string'),
    kind: one(6, 'uint32'),
    startTimeUnixNano: one(7, 'fixed64'),
    endTimeUnixNano: one(8, 'fixed64'),
    attributes: many(9, () => KEY_VALUE),
    droppedAttributesCount: one(10, 'uint32'),
    events: many(11, () => EVENT),
    droppedEventsCount: one(12, 'uint32'),
    links: many(13, () => LINK),
    droppedLinksCount: one(14, 'uint32'),
    status: one(15, () => STATUS),
    flags: one(16, 'fixed32'),
  },
  RECORD_ELEMENTS,
);

const LOG_RECORD = new Message(
  {
    timeUnixNano: one(1, 'fixed64'),
    severityNumber: one(2, 'uint32'),
    severityText: one(3, 'string'),
    body: one(5, () => ANY_VALUE),
    attributes: many(6, () => KEY_VALUE),
    droppedAttributesCount: one(7, 'uint32'),
    flags: one(8, 'fixed32'),
    traceId: one(9, 'id'),
    spanId: one(10, 'id'),
    observedTimeUnixNano: one(11, 'fixed64'),
    eventName: one(12, 'string'),
  },
  RECORD_ELEMENTS,
);

const SCOPE_SPANS = new Message({ scope: one(1, () => SCOPE), spans: many(2, () => SPAN) });
const SCOPE_LOGS = new Message({ scope: one(1, () => SCOPE), logRecords: many(2, () => LOG_RECORD) });
const RESOURCE_SPANS = new Message({ resource: one(1, () => RESOURCE), scopeSpans: many(2, () => SCOPE_SPANS) });
const RESOURCE_LOGS = new Message({ resource: one(1, () => RESOURCE), scopeLogs: many(2, () => SCOPE_LOGS) });

/** `ExportTraceServiceRequest`. */
export const TRACE_REQUEST = new Message({ resourceSpans: many(1, () => RESOURCE_SPANS) });
/** `ExportLogsServiceRequest`. */
export const LOGS_REQUEST = new Message({ resourceLogs: many(1, () => RESOURCE_LOGS) });

export type Resource = Decoded<typeof RESOURCE>;
export type Scope = Decoded<typeof SCOPE>;
export type OtlpSpan = Decoded<typeof SPAN>;
export type OtlpLogRecord = Decoded<typeof LOG_RECORD>;
export type TraceRequest = Decoded<typeof TRACE_REQUEST>;
export type LogsRequest = Decoded<typeof LOGS_REQUEST>;

function one<S extends Scalar>(number: number, type: S): Field<Scalars[S]>;
function one<T>(number: number, type: () => Message<T>): Field<Partial<T>>;
function one(number: number, type: Field['type']): Field {
  return { number, type, repeated: false };
}

function many<T>(number: number, type: () => Message<T>): Field<readonly Partial<T>[]> {
  return { number, type, repeated: true };
}
