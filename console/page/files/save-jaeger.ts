import type { SpanDetail } from '../../src/api/schemas.js';
import { groupBy } from '../group-by.js';
import { resourceOf, type Attributes, type AttributeValue, type SavedEvent, type SavedTrace } from './saved-trace.js';

/*
 * Traces as Jaeger's UI reads and saves them, in the mapping of OpenTelemetry's specification:
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/. The format has only whole microseconds, no
 * lists (they become JSON text), and no attributes of links.
 */

export interface JaegerFile {
  readonly data: readonly JaegerTrace[];
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
  readonly errors: null;
}

interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly JaegerTag[] }>>;
  readonly warnings: null;
}

interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly flags: number;
  readonly operationName: string;
  readonly references: readonly {
    readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM';
    readonly traceID: string;
    readonly spanID: string;
  }[];
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly JaegerTag[] }[];
  readonly processID: string;
  readonly warnings: null;
}

export interface JaegerTag {
  readonly key: string;
  readonly type: 'string' | 'bool' | 'int64' | 'float64';
  readonly value: string | boolean | number;
}

/** Trace flag of a span that was sampled. */
const SAMPLED = 1;

export function jaegerOf(traces: readonly SavedTrace[]): JaegerFile {
  return { data: traces.map(traceOf), total: traces.length, limit: 0, offset: 0, errors: null };
}

function traceOf(trace: SavedTrace): JaegerTrace {
  const byProcess = groupBy(trace.spans, ({ process }) => process);
  const processes = [...byProcess].map(([id, [first]]) => [
    processId(id),
    { serviceName: first!.service, tags: tagsOf(withoutService(resourceOf(trace, first!))) },
  ]);
  return {
    traceID: trace.traceId,
    spans: trace.spans.map((span) => spanOf(span, trace.traceId)),
    processes: Object.fromEntries(processes) as JaegerTrace['processes'],
    warnings: null,
  };
}

function processId(id: number): string {
  return `p${id}`;
}

function withoutService({ 'service.name': _, ...resource }: Attributes): Attributes {
  return resource;
}

function spanOf(span: SpanDetail, traceID: string): JaegerSpan {
  const parents =
    span.parentSpanId === null ? [] : [{ refType: 'CHILD_OF' as const, traceID, spanID: span.parentSpanId }];
  const links = span.links.map((link) => ({
    refType: 'FOLLOWS_FROM' as const,
    traceID: link.traceId,
    spanID: link.spanId,
  }));
  return {
    traceID,
    spanID: span.spanId,
    flags: SAMPLED,
    operationName: span.name,
    references: [...parents, ...links],
    startTime: micros(span.start),
    duration: micros(span.duration),
    tags: [...ownTags(span), ...tagsOf(span.attributes)],
    logs: span.events.map((event) => ({ timestamp: micros(event.time), fields: fieldsOf(event) })),
    processID: processId(span.process),
    warnings: null,
  };
}

function micros(millis: number): number {
  return Math.round(millis * 1_000);
}

/** Members of a span that the format can only hold as tags. */
function ownTags({ kind, status, statusMessage, scope, scopeVersion, dropped }: SpanDetail): JaegerTag[] {
  return tagsOf({
    'span.kind': kind,
    ...(status === 'unset' ? {} : { 'otel.status_code': status.toUpperCase() }),
    ...(status === 'error' ? { error: true } : {}),
    ...(statusMessage === null ? {} : { 'otel.status_description': statusMessage }),
    'otel.scope.name': scope,
    ...(scopeVersion === null ? {} : { 'otel.scope.version': scopeVersion }),
    ...(dropped.attributes === 0 ? {} : { 'otel.dropped_attributes_count': dropped.attributes }),
    ...(dropped.events === 0 ? {} : { 'otel.dropped_events_count': dropped.events }),
    ...(dropped.links === 0 ? {} : { 'otel.dropped_links_count': dropped.links }),
  });
}

/** The fields of an event. A log record has `severity_number`, 0 if unknown, and no `event` equal to its body. */
function fieldsOf({ name, log, attributes }: SavedEvent): JaegerTag[] {
  if (log === null) return [...tagsOf({ event: name }), ...tagsOf(attributes)];
  const own = {
    ...(name === log.body ? {} : { event: name }),
    message: log.body,
    ...(log.severityText === null ? {} : { level: log.severityText }),
    severity_number: log.severityNumber ?? 0,
  };
  return [...tagsOf(own), ...tagsOf(attributes)];
}

function tagsOf(attributes: Attributes): JaegerTag[] {
  return Object.entries(attributes).map(([key, value]) => tagOf(key, value));
}

function tagOf(key: string, value: AttributeValue): JaegerTag {
  if (typeof value === 'string') return { key, type: 'string', value };
  if (typeof value === 'boolean') return { key, type: 'bool', value };
  if (typeof value === 'number') return { key, type: Number.isSafeInteger(value) ? 'int64' : 'float64', value };
  return { key, type: 'string', value: JSON.stringify(value) };
}
