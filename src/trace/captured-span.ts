import type { Attributes } from '@opentelemetry/api';

/** OpenTelemetry's `SpanKind`, by name. */
export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
/** OpenTelemetry's `SpanStatusCode`, by name. */
export type SpanStatusName = 'unset' | 'ok' | 'error';

/** Something that happened in a span: a span event, or a log record that was emitted in it. */
export interface CapturedEvent {
  readonly name: string;
  /** Unix time in milliseconds, with fractions. */
  readonly time: number;
  readonly attributes: Readonly<Attributes>;
  /** Of a log record: its severity, such as `INFO`. */
  readonly severity?: string;
  /** Of a log record: its severity number, such as 9. */
  readonly severityNumber?: number;
  /** Of a log record: its body. */
  readonly body?: unknown;
}

/** Another span that a span points to. */
export interface CapturedLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Attributes>;
}

/**
 * A span as a test reads it: a plain, frozen copy without cycles, which any matcher, serializer or
 * `console.log` can handle.
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
  /** Whether the parent is in another process. */
  readonly parentIsRemote: boolean;
  /** Unix time in milliseconds, with fractions. */
  readonly startTime: number;
  /** Milliseconds; undefined while the span is open. */
  readonly durationMillis: number | undefined;
  readonly ended: boolean;
  readonly attributes: Readonly<Attributes>;
  readonly events: readonly CapturedEvent[];
  readonly links: readonly CapturedLink[];
  /** The name of the instrumentation scope. */
  readonly scope: string;
  /** Of a span that another process sent: its `service.name`. */
  readonly service?: string;
}

/** A span in its place in the tree. */
export interface CapturedNode extends CapturedSpan {
  /** In the order they started. */
  readonly children: readonly CapturedNode[];
}

/** One trace, as far as it was captured. */
export interface CapturedTrace {
  readonly traceId: string;
  /** Spans whose parent was not captured, in the order they started. */
  readonly roots: readonly CapturedNode[];
  /** All spans, in the order they started. */
  readonly spans: readonly CapturedSpan[];
}

/** A log record as a test reads it: plain and frozen. */
export interface CapturedLog {
  readonly eventName: string | undefined;
  readonly body: unknown;
  readonly severity: string | undefined;
  readonly severityNumber: number | undefined;
  readonly time: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The span it was emitted in, if any. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly scope: string;
  /** Of a record that another process sent: its `service.name`. */
  readonly service?: string;
}
