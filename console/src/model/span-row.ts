import type { Attributes } from '@opentelemetry/api';

/** A process whose spans the console shows: the host, a joined process, or a sender of OTLP. */
export interface SeenProcess {
  /** Ascending, unique within an epoch. */
  readonly id: number;
  readonly origin: 'host' | 'joined' | 'otlp';
  /** `service.name`, or `unknown_service`. */
  readonly service: string;
  readonly pid: number | undefined;
  readonly resource: Attributes;
}

/** A span in the console: plain data, with times as numbers. Immutable once its trace has finished. */
export interface SpanRow {
  /** Ascending in the order in which traces finish, unique within an epoch, never reused. */
  readonly id: number;
  readonly process: SeenProcess;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Whether the parent span is in another process. Such a span is a local root. */
  readonly parentIsRemote: boolean;
  readonly name: string;
  /** `SpanKind`: 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  readonly kind: number;
  /** `SpanStatusCode`: 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly statusMessage: string | undefined;
  /** Milliseconds since the Unix epoch, with fractions. */
  readonly start: number;
  /** Milliseconds, with fractions; never negative. */
  readonly duration: number;
  readonly attributes: Attributes;
  /** The events of the span, then its log events. */
  readonly events: readonly EventRow[];
  readonly links: readonly LinkRow[];
  readonly scope: string;
  readonly scopeVersion: string | undefined;
  /** `thread.id`, of spans that a worker thread relayed. */
  readonly thread: number | undefined;
  /** Attributes, events and links that the SDK or the cache dropped. */
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number };
  /** Estimated size, in bytes. */
  readonly bytes: number;
}

/** A span of an unfinished trace: its id is 0, and its start is `NaN` if it cannot be read. */
export type NewSpanRow = { -readonly [Key in keyof SpanRow]: SpanRow[Key] };

export interface EventRow {
  readonly name: string;
  /** Milliseconds since the Unix epoch, with fractions. */
  readonly time: number;
  readonly attributes: Attributes;
  /** Undefined for an event added by `span.addEvent()`. */
  readonly log: LogPart | undefined;
}

/** Members that only a log record has. */
export interface LogPart {
  /** 1 to 24, or undefined: the severity numbers of the log data model. */
  readonly severityNumber: number | undefined;
  readonly severityText: string | undefined;
  /** The body as text. */
  readonly body: string;
}

export interface LinkRow {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** A log record without a span in the console. */
export interface LogRow {
  /** Ascending by arrival, unique within an epoch. */
  readonly id: number;
  readonly process: SeenProcess;
  readonly time: number;
  readonly event: EventRow;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** Why it is not on a span. */
  readonly reason: string | undefined;
}

/** Whether the status of a span is `ERROR`. */
export function hasFailed({ status }: SpanRow): boolean {
  return status === 2;
}
