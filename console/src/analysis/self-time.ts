/** Anything with a start and a length: a span, or a part of one. Both in milliseconds. */
export interface Interval {
  readonly start: number;
  readonly duration: number;
}

/** A span within its trace. */
export interface TracedInterval extends Interval {
  /** Whether its parent runs in another process. */
  readonly parentIsRemote?: boolean;
}

/**
 * Self time of a span in milliseconds: its duration minus the union of its children's intervals, clipped to the span.
 * Never negative, however many children run concurrently and however wrong their clocks are.
 *
 * Children in another process are ignored, here and in `SelfTimes`: waiting for them counts as self time. Otherwise the
 * result would depend on whether and when the other process sends its spans here.
 *
 * @param children in any order
 */
export function selfTime(span: Interval, children: readonly TracedInterval[]): number {
  const end = span.start + span.duration;
  let reach = span.start;
  let covered = 0;
  for (const child of children.filter(countsForParent).sort((a, b) => a.start - b.start)) {
    const from = Math.max(child.start, reach);
    const to = Math.min(child.start + child.duration, end);
    if (to > from) {
      covered += to - from;
      reach = to;
    }
  }
  return Math.max(0, span.duration - covered);
}

function countsForParent({ parentIsRemote }: TracedInterval): boolean {
  return parentIsRemote !== true;
}

/** Computes the self times of all spans of a trace in one pass. Reuses its working arrays. */
export class SelfTimes {
  #covered = new Float64Array(64);
  #reach = new Float64Array(64);
  #latestStart = new Float64Array(64);

  /**
   * Self time of each span in milliseconds, at the index of the span. Valid until the next call.
   *
   * @param spans in start order, as in a `TraceRow`; parents whose children are out of order cost another pass
   * @param parents index of each span's parent; negative if the parent is not in the trace
   */
  of(spans: readonly TracedInterval[], parents: ArrayLike<number>): Float64Array {
    this.#reserve(spans.length);
    const disordered = this.#coverByChildren(spans, parents);
    const self = this.#covered;
    for (let i = 0; i < spans.length; i++) {
      const own = spans[i]!.duration - self[i]!;
      self[i] = own > 0 ? own : 0;
    }
    if (disordered !== undefined) {
      for (const [parent, children] of childrenOf(disordered, spans, parents)) {
        self[parent] = selfTime(spans[parent]!, children);
      }
    }
    return self;
  }

  #reserve(length: number): void {
    if (length > this.#covered.length) {
      const size = 2 ** Math.ceil(Math.log2(length));
      this.#covered = new Float64Array(size);
      this.#reach = new Float64Array(size);
      this.#latestStart = new Float64Array(size);
    }
    this.#covered.fill(0, 0, length);
    this.#reach.fill(-Infinity, 0, length);
    this.#latestStart.fill(-Infinity, 0, length);
  }

  /** Returns the parents whose children were not in start order; their covered time is wrong. */
  #coverByChildren(spans: readonly TracedInterval[], parents: ArrayLike<number>): Set<number> | undefined {
    let disordered: Set<number> | undefined;
    for (let i = 0; i < spans.length; i++) {
      const at = parents[i]!;
      const child = spans[i]!;
      if (at < 0 || !countsForParent(child)) continue;
      if (child.start < this.#latestStart[at]!) (disordered ??= new Set()).add(at);
      this.#latestStart[at] = child.start;
      const parent = spans[at]!;
      const from = Math.max(child.start, parent.start, this.#reach[at]!);
      const to = Math.min(child.start + child.duration, parent.start + parent.duration);
      if (to > from) {
        this.#covered[at]! += to - from;
        this.#reach[at] = to;
      }
    }
    return disordered;
  }
}

function childrenOf(
  chosen: ReadonlySet<number>,
  spans: readonly TracedInterval[],
  parents: ArrayLike<number>,
): Map<number, TracedInterval[]> {
  const children = new Map<number, TracedInterval[]>();
  for (const parent of chosen) children.set(parent, []);
  for (let i = 0; i < spans.length; i++) children.get(parents[i]!)?.push(spans[i]!);
  return children;
}
