import { analyseTrace } from '../analysis/analyse-trace.js';
import type { StacksContract } from '../engine/contract.js';
import type { SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import type { SpanDetail, TraceDetail } from './schemas.js';
import { plainAttributes } from './plain-attributes.js';

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

/** Name of a span kind in the API. */
function kindOf(kind: number): SpanDetail['kind'] {
  return KINDS[kind] ?? 'internal';
}

/** Describes a trace, as one tree. */
export function detailOf(
  trace: TraceRow,
  stacks: Pick<StacksContract, 'percentileOf' | 'stackOf'>,
): Omit<TraceDetail, 'coverage'> {
  const { order, self, critical, nPlusOne } = analyseTrace(trace.spans);
  const processes = new Map(trace.spans.map(({ process }) => [process.id, process]));
  return {
    traceId: trace.traceId,
    start: trace.start,
    duration: trace.duration,
    complete: trace.complete,
    failed: trace.failed,
    logs: trace.logs,
    services: [...new Set([...processes.values()].map(({ service }) => service))],
    spans: order.map(({ span, depth, children }) =>
      Object.assign(ownDetail(span), {
        depth,
        children,
        self: self.get(span.id) ?? span.duration,
        critical: critical.get(span.id) ?? 0,
        percentile: stacks.percentileOf(span) ?? null,
        stack: stacks.stackOf(span) ?? null,
      }),
    ),
    nPlusOne: [...nPlusOne],
    resources: Object.fromEntries([...processes].map(([id, { resource }]) => [id, plainAttributes(resource)])),
  };
}

type OwnDetail = Omit<SpanDetail, 'depth' | 'children' | 'self' | 'critical' | 'percentile' | 'stack'>;

function ownDetail(span: SpanRow): OwnDetail {
  return {
    id: span.id,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? null,
    name: span.name,
    kind: kindOf(span.kind),
    status: STATUSES[span.status] ?? 'unset',
    statusMessage: span.statusMessage ?? null,
    start: span.start,
    duration: span.duration,
    attributes: plainAttributes(span.attributes),
    events: span.events.map(({ name, time, attributes, log }) => ({
      name,
      time,
      attributes: plainAttributes(attributes),
      log:
        log === undefined
          ? null
          : {
              severityNumber: log.severityNumber ?? null,
              severityText: log.severityText ?? null,
              body: log.body,
            },
    })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: plainAttributes(attributes),
    })),
    scope: span.scope,
    scopeVersion: span.scopeVersion ?? null,
    process: span.process.id,
    service: span.process.service,
    thread: span.thread ?? null,
    dropped: span.dropped,
  };
}
