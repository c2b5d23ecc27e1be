import type { Attributes, AttributeValue, Context, HrTime, Link } from '@opentelemetry/api';
import type { SpanContext, SpanKind, SpanStatus, TraceState } from '@opentelemetry/api';

/*
 * Structural copies of the OpenTelemetry SDK types that this package uses.
 *
 * Both SDK lines (2.x and 3.x) declare the same members, but no package exports them for both. Since these declarations
 * depend on API types only, one build supports both lines without an SDK dependency. Type tests verify that each type
 * is assignable to and from its counterpart in the SDK.
 */

/** The entity that produces telemetry, such as a service. Same members as `Resource` of `@opentelemetry/resources`. */
export interface Resource {
  readonly attributes: Attributes;
  readonly schemaUrl?: string;
  /** Whether some values of `attributes` are still pending. Reading `attributes` then makes the SDK log an error. */
  readonly asyncAttributesPending?: boolean;
  /** Resolves when all attributes are available. Never rejects. */
  waitForAsyncAttributes?(): Promise<void>;
  /** Returns a resource with the attributes of both; `other` takes precedence. */
  merge(other: Resource | null): Resource;
  /** All keys and values, including pending values. */
  getRawAttributes(): [string, AttributeValue | undefined | Promise<AttributeValue | undefined>][];
}

/** The library that produced the telemetry. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version?: string;
  readonly schemaUrl?: string;
}

/** An event that happened at a point in time during a span. */
export interface TimedEvent {
  time: HrTime;
  name: string;
  attributes?: Attributes;
  droppedAttributesCount?: number;
}

/** An ended span. */
export interface ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** Returns the ids and trace flags. */
  readonly spanContext: () => SpanContext;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: TimedEvent[];
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

/**
 * Any value that a log body or log attribute may hold.
 *
 * The API declares it as a union of types up to 1.9, and as `unknown` from 1.10 on (the 3.x SDK line). This type
 * follows the API in use, detected by its `AttributeValue`.
 */
export type AnyValue = unknown extends AttributeValue ? unknown : KnownValue;

type KnownValue = string | number | boolean | Uint8Array | KnownValue[] | AnyValueMap | null | undefined;

/** Log attributes. Unlike span attributes, they may nest. */
export interface AnyValueMap {
  [key: string]: AnyValue;
}

/** An emitted log record. */
export interface ReadableLogRecord {
  readonly hrTime: HrTime;
  readonly hrTimeObserved: HrTime;
  readonly spanContext?: SpanContext;
  readonly severityText?: string;
  readonly severityNumber?: number;
  readonly body?: AnyValue;
  readonly eventName?: string;
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope & { attributes?: AnyValueMap; droppedAttributesCount?: number };
  readonly attributes: AnyValueMap;
  readonly droppedAttributesCount: number;
}

/** The result of an export: code 0 is success, 1 is failure. */
export interface ExportResult {
  code: number;
  error?: Error;
}

/** Sends ended spans to a backend. */
export interface SpanExporter {
  /** Sends spans and calls `resultCallback` once with the result. */
  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void;
  /** Resolves when all spans exported so far have been sent. */
  forceFlush?(): Promise<void>;
  /** Sends the remaining spans and shuts down. Nothing is exported afterwards. */
  shutdown(): Promise<void>;
}

/** Hooks that a tracer provider calls for each recorded span. */
export interface SpanProcessor {
  /** Called when a recorded span starts, inside the call that starts it. */
  onStart(span: unknown, parentContext: Context): void;
  /** Called when a recorded span has ended, inside `span.end()`. */
  onEnd(span: ReadableSpan): void;
  /** Resolves when everything received so far has been processed. */
  forceFlush(): Promise<void>;
  /** Processes the remaining items and shuts down. */
  shutdown(): Promise<void>;
}

/** A sampler's decision about a span. */
export interface SamplingResult {
  /** 0: not recorded; 1: recorded; 2: recorded, and the SAMPLED flag is set. */
  decision: number;
  attributes?: Readonly<Attributes>;
  traceState?: TraceState;
}

/** Decides for each new span whether it is recorded and sampled. */
export interface Sampler {
  /** Called before a span starts, inside the call that starts it. */
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult;
  /** Describes the sampler and its configuration. */
  toString(): string;
}

/** Hooks that a logger provider calls for each emitted log record. */
export interface LogRecordProcessor {
  /** Called inside `logger.emit()`, with the context of the record. */
  onEmit(logRecord: ReadableLogRecord, context?: Context): void;
  /** Whether a record with these properties would be processed. Newer SDKs call this before they create a record. */
  enabled?(options: {
    context: Context;
    instrumentationScope: InstrumentationScope;
    severityNumber?: number;
    eventName?: string;
  }): boolean;
  /** Resolves when everything received so far has been processed. */
  forceFlush(): Promise<void>;
  /** Processes the remaining items and shuts down. */
  shutdown(): Promise<void>;
}
