import type { Attributes } from '@opentelemetry/api';

/** OpenTelemetry's `SpanKind`, by name. */
export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
/** OpenTelemetry's `SpanStatusCode`, by name. */
export type SpanStatusName = 'unset' | 'ok' | 'error';

/** A span event, or a log record emitted in the span. */
export interface CapturedEvent {
  readonly name: string;
  /** Unix time in milliseconds, with fractions. */
  readonly time: number;
  readonly attributes: Readonly<Attributes>;
  /** The severity of a log record, such as `INFO`. */
  readonly severity?: string;
  /** The severity number of a log record, such as 9. */
  readonly severityNumber?: number;
  /** The body of a log record. */
  readonly body?: unknown;
}

/** A link to another span. */
export interface CapturedLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Attributes>;
}

/**
 * A span as a test reads it: a plain, frozen copy without cycles, suitable for any matcher, serializer or
 * `console.log`.
 */
export interface CapturedSpan {
  readonly name: string;
  readonly kind: SpanKindName;
  readonly status: SpanStatusName;
  /** The status message, or an empty string. */
  readonly statusMessage: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Whether the parent belongs to another process. */
  readonly parentIsRemote: boolean;
  /** Unix time in milliseconds, with fractions. */
  readonly startTime: number;
  /** In milliseconds; undefined while the span is open. */
  readonly durationMillis: number | undefined;
  readonly ended: boolean;
  readonly attributes: Readonly<Attributes>;
  readonly events: readonly CapturedEvent[];
  readonly links: readonly CapturedLink[];
  /** The name of the instrumentation scope. */
  readonly scope: string;
  /** The `service.name` of a span sent by another process. */
  readonly service?: string;
}

/** A span with its child spans. */
export interface CapturedNode extends CapturedSpan {
  /** Child spans in start order. */
  readonly children: readonly CapturedNode[];
}

/** The captured spans of one trace. */
export interface CapturedTrace {
  readonly traceId: string;
  /** Spans whose parent was not captured, in start order. */
  readonly roots: readonly CapturedNode[];
  /** All spans, in start order. */
  readonly spans: readonly CapturedSpan[];
}

/** A log record as a test reads it: plain and frozen. */
export interface CapturedLog {
  readonly eventName: string | undefined;
  readonly body: unknown;
  readonly severity: string | undefined;
  readonly severityNumber: number | undefined;
  /** Unix time in milliseconds, with fractions. */
  readonly time: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The trace id of the span it was emitted in, if any. */
  readonly traceId: string | undefined;
  /** The id of the span it was emitted in, if any. */
  readonly spanId: string | undefined;
  /** The name of the instrumentation scope. */
  readonly scope: string;
  /** The `service.name` of a record sent by another process. */
  readonly service?: string;
}
