import type { Slow } from '../api/schemas.js';
import type { SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { buildRowTree, type RowTree } from './row-tree.js';
import { SelfTimes } from './self-time.js';

/** A span with its trace. */
export interface TracedSpan {
  readonly span: SpanRow;
  readonly trace: TraceRow;
}

/** Maximum number of spans read on one side, in all of its traces. */
const MAX_SPANS = 20_000;
/** Maximum number of spans of one side whose paths are compared; a larger side is sampled evenly. */
const MAX_SAMPLES = 500;
const MAX_PATHS = 15;
const MAX_DEPTH = 20;
const MAX_PATH = 500;
const MAX_DIFFERENT = 5_000;

const SEPARATOR = ' › ';

/** Paths below the spans whose average self time is longer in the slow spans than in the normal ones. */
export function slowerPaths(slow: readonly TracedSpan[], normal: readonly TracedSpan[]): Slow['paths'] {
  const normalTimes = meanTimes(normal);
  return [...meanTimes(slow)]
    .map(([path, slowMillis]) => ({ path, slowMillis, normalMillis: normalTimes.get(path) ?? 0 }))
    .filter(({ slowMillis, normalMillis }) => slowMillis > normalMillis)
    .sort((a, b) => b.slowMillis - b.normalMillis - (a.slowMillis - a.normalMillis))
    .slice(0, MAX_PATHS);
}

/** Self time by path, in milliseconds per span. */
function meanTimes(spans: readonly TracedSpan[]): Map<string, number> {
  const times = new Map<string, number>();
  const trees = new Map<TraceRow, TreeWithTimes>();
  let seen = 0;
  let read = 0;
  for (const { span, trace } of evenly(spans)) {
    if (read > 0 && read + trace.spans.length > MAX_SPANS) break;
    let tree = trees.get(trace);
    if (tree === undefined) trees.set(trace, (tree = treeOf(trace)));
    read += addTimes(times, tree, span);
    seen++;
  }
  for (const [path, time] of times) times.set(path, time / seen);
  return times;
}

function* evenly<T>(items: readonly T[]): Iterable<T> {
  const step = Math.max(1, items.length / MAX_SAMPLES);
  for (let at = 0; at < items.length; at += step) yield items[Math.floor(at)]!;
}

interface TreeWithTimes extends RowTree {
  readonly self: Float64Array;
  readonly indexes: ReadonlyMap<SpanRow, number>;
}

function treeOf({ spans }: TraceRow): TreeWithTimes {
  const tree = buildRowTree(spans);
  const self = new SelfTimes().of(tree.spans, tree.parents);
  return { ...tree, self, indexes: new Map(tree.spans.map((span, index) => [span, index])) };
}

/** Adds the self times of a span and all its descendants. Returns the number of these spans. */
function addTimes(
  times: Map<string, number>,
  { spans, children, self, indexes }: TreeWithTimes,
  span: SpanRow,
): number {
  const start = indexes.get(span);
  if (start === undefined) return 1;
  let read = 0;
  const waiting = [{ index: start, path: span.name.slice(0, MAX_PATH), depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { index, path, depth } = next;
    read++;
    if (times.has(path) || times.size < MAX_DIFFERENT) times.set(path, (times.get(path) ?? 0) + self[index]!);
    for (const child of children[index]!) {
      // Deeper spans count towards the deepest path that is recorded.
      const below = depth < MAX_DEPTH && path.length < MAX_PATH ? path + SEPARATOR + spans[child]!.name : path;
      waiting.push({ index: child, path: below, depth: depth + 1 });
    }
  }
  return read;
}
