import type { SpanDetail } from '../../src/api/schemas.js';
import { groupBy } from '../group-by.js';
import { anyValue, keyValues, type AnyValue, type KeyValue } from './any-value.js';
import { toNanos } from './nanos.js';
import { KINDS, resourceOf, STATUSES, type SavedEvent, type SavedTrace } from './saved-trace.js';

/*
 * Traces as OTLP JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Ids are hexadecimal, 64-bit
 * integers strings, enumerations numbers. Log records are beside the spans, as `resourceLogs`: the specification
 * requires readers to skip other members.
 */

export interface OtlpFile {
  readonly resourceSpans: readonly {
    readonly resource: OtlpResource;
    readonly scopeSpans: readonly { readonly scope: OtlpScope; readonly spans: readonly OtlpSpan[] }[];
  }[];
  readonly resourceLogs?: readonly {
    readonly resource: OtlpResource;
    readonly scopeLogs: readonly { readonly logRecords: readonly OtlpLog[] }[];
  }[];
}

interface OtlpResource {
  readonly attributes: readonly KeyValue[];
}

interface OtlpScope {
  readonly name: string;
  readonly version?: string;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount: number;
  readonly events: readonly {
    readonly timeUnixNano: string;
    readonly name: string;
    readonly attributes: readonly KeyValue[];
  }[];
  readonly droppedEventsCount: number;
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes: readonly KeyValue[];
  }[];
  readonly droppedLinksCount: number;
  readonly status: { readonly code: number; readonly message?: string };
}

interface OtlpLog {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText?: string;
  readonly eventName?: string;
  readonly body: AnyValue;
  readonly attributes: readonly KeyValue[];
  readonly traceId: string;
  readonly spanId: string;
}

/** A span with its trace. */
interface Item {
  readonly trace: SavedTrace;
  readonly span: SpanDetail;
}

export function otlpOf(traces: readonly SavedTrace[]): OtlpFile {
  const items = traces.flatMap((trace) => trace.spans.map((span) => ({ trace, span })));
  const byProcess = [...groupBy(items, ({ span }) => span.process).values()];
  const resourceLogs = byProcess.flatMap((group) => {
    const logRecords = group.flatMap(({ trace, span }) => logsOf(span, trace.traceId));
    return logRecords.length === 0 ? [] : [{ resource: resource(group), scopeLogs: [{ logRecords }] }];
  });
  return {
    resourceSpans: byProcess.map((group) => ({
      resource: resource(group),
      scopeSpans: [...groupBy(group, scopeKey).values()].map((scoped) => ({
        scope: scopeOf(scoped[0]!.span),
        spans: scoped.map(({ trace, span }) => spanOf(span, trace.traceId)),
      })),
    })),
    ...(resourceLogs.length === 0 ? {} : { resourceLogs }),
  };
}

function resource([first]: readonly Item[]): OtlpResource {
  return { attributes: keyValues(resourceOf(first!.trace, first!.span)) };
}

function scopeKey({ span: { scope, scopeVersion } }: Item): string {
  return JSON.stringify([scope, scopeVersion]);
}

function scopeOf({ scope: name, scopeVersion: version }: SpanDetail): OtlpScope {
  return version === null ? { name } : { name, version };
}

function spanOf(span: SpanDetail, traceId: string): OtlpSpan {
  const start = toNanos(span.start);
  return {
    traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    // OTLP's enum begins with "unspecified".
    kind: KINDS.indexOf(span.kind) + 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + toNanos(span.duration)),
    attributes: keyValues(span.attributes),
    droppedAttributesCount: span.dropped.attributes,
    events: span.events
      .filter(({ log }) => log === null)
      .map(({ time, name, attributes }) => ({
        timeUnixNano: String(toNanos(time)),
        name,
        attributes: keyValues(attributes),
      })),
    droppedEventsCount: span.dropped.events,
    links: span.links.map((link) => ({ ...link, attributes: keyValues(link.attributes) })),
    droppedLinksCount: span.dropped.links,
    status: {
      code: STATUSES.indexOf(span.status),
      ...(span.statusMessage === null ? {} : { message: span.statusMessage }),
    },
  };
}

function logsOf({ events, spanId }: SpanDetail, traceId: string): OtlpLog[] {
  return events.flatMap((event) => (event.log === null ? [] : [logOf(event, event.log, { traceId, spanId })]));
}

function logOf(
  { time, name, attributes }: SavedEvent,
  { severityNumber, severityText, body }: NonNullable<SavedEvent['log']>,
  ids: { readonly traceId: string; readonly spanId: string },
): OtlpLog {
  const nanos = String(toNanos(time));
  return {
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    severityNumber: severityNumber ?? 0,
    ...(severityText === null ? {} : { severityText }),
    // The console names a record without an event name after its body.
    ...(name === body ? {} : { eventName: name }),
    body: anyValue(body),
    attributes: keyValues(attributes),
    ...ids,
  };
}
