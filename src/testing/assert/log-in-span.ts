import type { CapturedLog, CapturedNode } from '../../trace/captured-span.js';
import { nodesOf } from '../../trace/walk.js';
import { spanKey } from '../../model/span-map.js';
import { treesOf, type LogSource } from '../snapshot/source.js';

/** A log record, with the span that it was emitted in: `spans` is empty if that span was not captured. */
export interface LogInSpan extends CapturedLog {
  readonly spans: readonly CapturedNode[];
}

export function logsInSpans(source: LogSource): LogInSpan[] {
  const nodes = new Map(nodesOf(treesOf(source).flat()).map((node) => [spanKey(node), node]));
  return source.logs.map((log) => {
    const { traceId, spanId } = log;
    const node = traceId === undefined || spanId === undefined ? undefined : nodes.get(spanKey({ traceId, spanId }));
    return { ...log, spans: node === undefined ? [] : [node] };
  });
}
