import { CLOCK_MILLIS } from './clock.js';
import type { RowTree } from './row-tree.js';

/**
 * A part of the critical path: the time from `from` to `to`, which one span spent itself.
 *
 * In milliseconds since the start of the path, because a double resolves times since the epoch only to a quarter of a
 * microsecond.
 */
export interface PathPart {
  /** Index of the span in the tree. */
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** A span on the path, with the part of it that has not been traversed yet. Traversal goes backwards in time. */
interface Step {
  readonly index: number;
  /** Start of that part. */
  readonly from: number;
  /** End of that part. */
  at: number;
  /** Children sorted by end. */
  readonly children: number[];
}

/**
 * The critical path below one span, in time order: the chain of spans that make up its duration.
 *
 * It is found backwards from the span's end: the child that ended last comes first, with the path within it; then the
 * last child that ended before that one started, and so on. The parts cover the span from start to end without gaps, so
 * their sum is its duration. A child that outlives its parent did not delay it, and is left out. Takes O(n log n) time.
 */
export function criticalPath({ spans, children }: RowTree, root: number): PathPart[] {
  const parts: PathPart[] = [];
  const origin = spans[root]!.start;
  const startOf = (index: number) => spans[index]!.start - origin;
  const endOf = (index: number) => startOf(index) + spans[index]!.duration;
  const stepInto = (index: number, from: number, at: number): Step => {
    return { index, from, at, children: children[index]!.toSorted((a, b) => endOf(a) - endOf(b)) };
  };
  const steps = [stepInto(root, 0, endOf(root))];
  for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
    const child = step.at > step.from ? step.children.pop() : undefined;
    if (child === undefined) {
      addPart(parts, step.index, step.from, step.at);
      steps.pop();
      continue;
    }
    const from = Math.max(startOf(child), step.from);
    const end = endOf(child);
    const to = Math.min(end, step.at);
    if (end > step.at + CLOCK_MILLIS || from >= to) continue;
    addPart(parts, step.index, to, step.at);
    step.at = from;
    steps.push(stepInto(child, from, to));
  }
  return parts.reverse();
}

function addPart(parts: PathPart[], index: number, from: number, to: number): void {
  if (to > from) parts.push({ index, from, to });
}
