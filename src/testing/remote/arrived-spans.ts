import { spanKey } from '../../model/span-map.js';
import { buildTree, type TreeNode } from '../../trace/tree.js';
import { walk } from '../../trace/walk.js';
import type { TraceRecord } from '../capture/captured-traces.js';
import type { SpanRecord } from '../capture/span-record.js';

/**
 * Spans in the order they started, which is not the one they arrive in: what is inside ends first. Clocks may be
 * coarse, or stand still in a test: of spans that started at the same time the outer ones come first, and siblings
 * as they arrived.
 */
export function inOrderOfStart(records: readonly SpanRecord[]): TraceRecord[] {
  const depths = new Map<SpanRecord, number>();
  walk(treeOf(records), ({ item }, depth) => depths.set(item, depth));
  const depth = (record: SpanRecord): number => depths.get(record) as number;
  return records
    .toSorted((a, b) => compareStarts(a, b) || depth(a) - depth(b) || a.order - b.order)
    .map((record, order) => ({ traceId: record.traceId, order, captured: () => record.captured() }));
}

/** The spans whose parent, in the same process, has not arrived: it is open, or still on its way. */
export function withoutParent(records: readonly SpanRecord[], injectedSpanId: string): SpanRecord[] {
  return treeOf(records)
    .filter(({ item, parentMissing }) => parentMissing && !isLocalRoot(item, injectedSpanId))
    .map(({ item }) => item);
}

/** Whether a span is the first of its trace in its process, as far as that can be told. */
function isLocalRoot({ span: { parentSpanContext: parent } }: SpanRecord, injectedSpanId: string): boolean {
  return parent?.isRemote === true || parent?.spanId === injectedSpanId;
}

function treeOf(records: readonly SpanRecord[]): TreeNode<SpanRecord>[] {
  return buildTree(records, {
    id: spanKey,
    parentId: ({ traceId, span: { parentSpanContext: parent } }) => parent && spanKey({ traceId, spanId: parent.spanId }),
    order: compareStarts,
  });
}

function compareStarts({ span: a }: SpanRecord, { span: b }: SpanRecord): number {
  return a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1];
}
