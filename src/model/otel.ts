import type { Attributes, AttributeValue, Context, HrTime, Link } from '@opentelemetry/api';
import type { SpanContext, SpanKind, SpanStatus, TraceState } from '@opentelemetry/api';

/*
 * The OpenTelemetry SDK types this package touches, by structure.
 *
 * Both SDK lines (2.x and 3.x) declare the same members, but no package holds them for both. Declared here over API types
 * only, one build serves either line and no SDK package is a dependency. Type tests hold each of these and the SDK's own
 * assignable in both directions.
 */

/** What produced the telemetry. Same members as `Resource` of `@opentelemetry/resources`. */
export interface Resource {
  readonly attributes: Attributes;
  readonly schemaUrl?: string;
  /** Whether `attributes` still waits for values; reading it early makes the SDK log an error. */
  readonly asyncAttributesPending?: boolean;
  /** Settles when `attributes` waits for no values any more. Does not reject. */
  waitForAsyncAttributes?(): Promise<void>;
  /** A resource with the attributes of both; those of `other` win. */
  merge(other: Resource | null): Resource;
  /** Keys and values as they were given, also those still awaited. */
  getRawAttributes(): [string, AttributeValue | undefined | Promise<AttributeValue | undefined>][];
}

/** The library that produced the telemetry. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version?: string;
  readonly schemaUrl?: string;
}

/** Something that happened at one moment of a span. */
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
  /** Its ids and trace flags. */
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
 * Any value a log body or log attribute may hold.
 *
 * As the API in use declares it: up to 1.9 by its kinds, from 1.10 (the 3.x SDK line) as `unknown`. An
 * attribute value tells which it is.
 */
export type AnyValue = unknown extends AttributeValue ? unknown : KnownValue;

type KnownValue = string | number | boolean | Uint8Array | KnownValue[] | AnyValueMap | null | undefined;

/** Log attributes: unlike span attributes they nest. */
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

/** What an exporter reports back: code 0 is success, 1 is failure. */
export interface ExportResult {
  code: number;
  error?: Error;
}

/** Sends ended spans somewhere. */
export interface SpanExporter {
  /** Sends spans, and reports how that went, once, by `resultCallback`. */
  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void;
  /** Settles when what was handed over is sent. */
  forceFlush?(): Promise<void>;
  /** Sends what is left and ends. Nothing is exported afterwards. */
  shutdown(): Promise<void>;
}

/** What a tracer provider calls for each recorded span. */
export interface SpanProcessor {
  /** Called when a recorded span starts, inside the call that starts it. */
  onStart(span: unknown, parentContext: Context): void;
  /** Called when a recorded span has ended, inside `span.end()`. */
  onEnd(span: ReadableSpan): void;
  /** Settles when what came in is processed. */
  forceFlush(): Promise<void>;
  /** Processes what is left and ends. */
  shutdown(): Promise<void>;
}

/** What a sampler says of a span that is about to start. */
export interface SamplingResult {
  /** 0: not recorded; 1: recorded; 2: recorded, and the SAMPLED flag is set. */
  decision: number;
  attributes?: Readonly<Attributes>;
  traceState?: TraceState;
}

/** What a tracer provider asks before it starts a span. */
export interface Sampler {
  /** Decides about a span before it starts: called inside the call that starts it. */
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult;
  /** Names the sampler and how it is set. */
  toString(): string;
}

/** What a logger provider calls for each emitted log record. */
export interface LogRecordProcessor {
  /** Called inside `logger.emit()`, with the context that the record was emitted in. */
  onEmit(logRecord: ReadableLogRecord, context?: Context): void;
  /** Whether a record like this would be looked at. Newer SDKs ask before they make one. */
  enabled?(options: {
    context: Context;
    instrumentationScope: InstrumentationScope;
    severityNumber?: number;
    eventName?: string;
  }): boolean;
  /** Settles when what came in is processed. */
  forceFlush(): Promise<void>;
  /** Processes what is left and ends. */
  shutdown(): Promise<void>;
}
