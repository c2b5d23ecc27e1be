import { spanKey } from '../../model/span-map.js';
import { buildTree, type TreeNode } from '../../trace/tree.js';
import { walk } from '../../trace/walk.js';
import type { TraceRecord } from '../capture/captured-traces.js';
import type { SpanRecord } from '../capture/span-record.js';

/**
 * Sorts spans by start time. They arrive in another order, because inner spans end first. Clocks may be coarse, or
 * faked in a test: spans with equal start times are sorted by depth, then by arrival.
 */
export function inOrderOfStart(records: readonly SpanRecord[]): TraceRecord[] {
  const depths = new Map<SpanRecord, number>();
  walk(treeOf(records), ({ item }, depth) => depths.set(item, depth));
  const depth = (record: SpanRecord): number => depths.get(record) as number;
  return records
    .toSorted((a, b) => compareStarts(a, b) || depth(a) - depth(b) || a.order - b.order)
    .map((record, order) => ({ traceId: record.traceId, order, captured: () => record.captured() }));
}

/** The spans whose parent belongs to the same process and has not arrived, because it is open or not yet exported. */
export function withoutParent(records: readonly SpanRecord[], injectedSpanId: string): SpanRecord[] {
  return treeOf(records)
    .filter(({ item, parentMissing }) => parentMissing && !isLocalRoot(item, injectedSpanId))
    .map(({ item }) => item);
}

/** Whether a span is the first of its trace in its process: its parent is remote, or the test's `traceparent`. */
function isLocalRoot({ span: { parentSpanContext: parent } }: SpanRecord, injectedSpanId: string): boolean {
  return parent?.isRemote === true || parent?.spanId === injectedSpanId;
}

function treeOf(records: readonly SpanRecord[]): TreeNode<SpanRecord>[] {
  return buildTree(records, {
    id: spanKey,
    parentId: ({ traceId, span: { parentSpanContext: parent } }) =>
      parent && spanKey({ traceId, spanId: parent.spanId }),
    order: compareStarts,
  });
}

function compareStarts({ span: a }: SpanRecord, { span: b }: SpanRecord): number {
  return a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1];
}
