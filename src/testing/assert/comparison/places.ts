import type { CapturedNode } from '../../../trace/captured-span.js';
import { nodesOf } from '../../../trace/walk.js';

/** The descendants of a span, as a range of its tree's spans. */
export interface Place {
  /** All spans of the tree, each before its children. */
  readonly spans: readonly CapturedNode[];
  readonly from: number;
  readonly to: number;
}

/** The places of spans. Descendants are a range, so they need not be collected for each span anew. */
export class Places {
  readonly #places = new WeakMap<CapturedNode, Place>();

  of(span: CapturedNode): Place {
    return this.#places.get(span) ?? this.#add(span);
  }

  #add(root: CapturedNode): Place {
    const spans = nodesOf([root]);
    // In reverse: the range of a span ends where the range of its last child ends.
    for (let index = spans.length - 1; index >= 0; index--) {
      const span = spans[index] as CapturedNode;
      const last = span.children.at(-1);
      const to = last === undefined ? index + 1 : (this.#places.get(last) as Place).to;
      this.#places.set(span, { spans, from: index + 1, to });
    }
    return this.#places.get(root) as Place;
  }
}

/** Index of the first of ascending numbers that is at least `least`, by binary search. */
export function firstFrom(numbers: readonly number[], least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
