import type { NPlusOne } from '../api/schemas.js';
import type { TraceAnalysis } from '../engine/contract.js';
import type { SpanRow } from '../model/span-row.js';
import { rootOf } from '../model/trace-rows.js';
import { criticalPath, type PathPart } from './critical-path.js';
import { repeatedCalls, type RepeatedCall } from './n-plus-one.js';
import { buildRowTree, treeOrder, type RowTree } from './row-tree.js';
import { SelfTimes } from './self-time.js';

/**
 * Computes the analysis of one trace, when somebody looks at it. Takes O(n log n) time.
 *
 * The critical path is that of the local root, or of the earliest span if there is none. Its offsets count from the
 * first start in the trace.
 *
 * @param spans the spans of all kept parts of the trace, in any order
 */
export function analyseTrace(spans: readonly SpanRow[]): TraceAnalysis {
  const tree = buildRowTree(spans);
  const { parts, offset } = mainPath(tree);
  return {
    order: orderOf(tree),
    self: selfTimes(tree),
    critical: criticalTimes(tree, parts),
    path: parts.map(({ index, from, to }) => ({
      span: tree.spans[index]!,
      offset: offset + from,
      duration: to - from,
    })),
    nPlusOne: repeatedCalls(tree).map(withoutCalls),
  };
}

/** The critical path of the local root, and its start in milliseconds after the first start in the trace. */
export function mainPath(tree: RowTree): { readonly parts: readonly PathPart[]; readonly offset: number } {
  const { spans } = tree;
  if (spans.length === 0) return { parts: [], offset: 0 };
  const root = rootOf(spans);
  return { parts: criticalPath(tree, spans.indexOf(root)), offset: root.start - spans[0]!.start };
}

/** Self time of each span, by row id. */
export function selfTimes({ spans, parents }: RowTree): Map<number, number> {
  const times = new SelfTimes().of(spans, parents);
  return new Map(spans.map(({ id }, index) => [id, times[index]!]));
}

function orderOf(tree: RowTree): TraceAnalysis['order'] {
  const depths = new Uint32Array(tree.spans.length);
  return treeOrder(tree).map((index) => {
    const parent = tree.parents[index]!;
    const depth = parent < 0 ? 0 : depths[parent]! + 1;
    depths[index] = depth;
    return { span: tree.spans[index]!, depth, children: tree.children[index]!.length };
  });
}

function criticalTimes({ spans }: RowTree, parts: readonly PathPart[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const { index, from, to } of parts) {
    const { id } = spans[index]!;
    times.set(id, (times.get(id) ?? 0) + to - from);
  }
  return times;
}

export function withoutCalls({ calls: _, ...answer }: RepeatedCall): NPlusOne {
  return answer;
}
