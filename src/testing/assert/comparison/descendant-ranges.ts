import type { CapturedNode } from '../../../trace/captured-span.js';
import { nodesOf } from '../../../trace/walk.js';

/** The descendants of a span, as a range of its tree's spans. */
interface DescendantRange {
  /** All spans of the tree in preorder. */
  readonly spans: readonly CapturedNode[];
  readonly from: number;
  readonly to: number;
}

/**
 * Finds the descendants of a span without collecting them: in preorder, they follow the span as one contiguous range.
 * The ranges of a whole tree are computed at its first use.
 */
export class DescendantRanges {
  readonly #ranges = new WeakMap<CapturedNode, DescendantRange>();

  of(span: CapturedNode): DescendantRange {
    return this.#ranges.get(span) ?? this.#add(span);
  }

  #add(root: CapturedNode): DescendantRange {
    const spans = nodesOf([root]);
    // In reverse, because the range of a span ends where that of its last child ends.
    for (let index = spans.length - 1; index >= 0; index--) {
      const span = spans[index] as CapturedNode;
      const last = span.children.at(-1);
      const to = last === undefined ? index + 1 : (this.#ranges.get(last) as DescendantRange).to;
      this.#ranges.set(span, { spans, from: index + 1, to });
    }
    return this.#ranges.get(root) as DescendantRange;
  }
}

/** Index of the first number that is at least `least`, in an ascending list. Binary search. */
export function lowerBound(numbers: readonly number[], least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
