import type { CapturedNode } from '../../captured.js';
import { nodesOf } from '../../snapshot/descendants.js';

/** Where a span stands in its tree. */
export interface Place {
  /** A span and all below it, each before its children. */
  readonly spans: readonly CapturedNode[];
  /** What is below the span at hand: from here on. */
  readonly from: number;
  /** And up to here, which is not below it any more. */
  readonly to: number;
}

/** The places of spans: what is below one is a range, which need not be collected for each of them anew. */
export class Places {
  readonly #places = new WeakMap<CapturedNode, Place>();

  of(span: CapturedNode): Place {
    return this.#places.get(span) ?? this.#add(span);
  }

  #add(root: CapturedNode): Place {
    const spans = nodesOf([root]);
    // From the last on: what is below a span ends where what is below its last child does.
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
