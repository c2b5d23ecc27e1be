import type { TraceSummary } from '../api/schemas.js';
import { hasFailed, type SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { mainPath } from './analyse-trace.js';
import { callLabel } from './calls.js';
import { exceptionsOf, failureTypeOf, httpStatusOf } from './exceptions.js';
import { repeatedCalls } from './n-plus-one.js';
import { buildRowTree } from './row-tree.js';
import { shortBar } from './short-bar.js';

/** Maximum number of kinds of calls in a summary, most frequent first. */
const MAX_CALLS = 8;
const MAX_ERROR = 300;

/** A trace in one line. */
export function summaryOf(trace: TraceRow): TraceSummary {
  const { id, traceId, root, start, duration, complete, spans, failed, logs } = trace;
  const tree = buildRowTree(spans);
  const { parts, offset } = mainPath(tree);
  const repeated = new Set(repeatedCalls(tree).flatMap(({ calls }) => calls.map((index) => tree.spans[index]!)));
  return {
    id,
    traceId,
    name: root.name,
    service: root.process.service,
    pid: root.process.pid ?? null,
    start,
    duration,
    complete,
    spans: spans.length,
    failed,
    logs,
    httpStatus: httpStatusOf(root) ?? null,
    error: errorOf(spans) ?? null,
    calls: callsOf(spans, repeated),
    bar: shortBar(parts.map(({ from, to }) => [offset + from, to - from])),
  };
}

function callsOf(spans: readonly SpanRow[], repeated: ReadonlySet<SpanRow>): TraceSummary['calls'] {
  const calls = new Map<string, TraceSummary['calls'][number]>();
  for (const span of spans) {
    const label = callLabel(span);
    if (label === undefined) continue;
    const { count, nPlusOne } = calls.get(label) ?? { count: 0, nPlusOne: false };
    calls.set(label, { label, count: count + 1, nPlusOne: nPlusOne || repeated.has(span) });
  }
  return [...calls.values()].sort((a, b) => b.count - a.count).slice(0, MAX_CALLS);
}

/**
 * Why a trace failed: the message recorded first, because an error propagates from the span in which it happens to the
 * enclosing spans. Without a message, the type of the first failure.
 */
function errorOf(spans: readonly SpanRow[]): string | undefined {
  const failed = spans.filter(hasFailed).sort((a, b) => a.start + a.duration - (b.start + b.duration));
  const [first] = failed;
  if (first === undefined) return undefined;
  for (const span of failed) {
    const message = exceptionsOf(span)[0]?.message ?? span.statusMessage;
    if (message !== undefined) return message.slice(0, MAX_ERROR);
  }
  return (exceptionsOf(first)[0]?.type ?? failureTypeOf(first) ?? first.name).slice(0, MAX_ERROR);
}
