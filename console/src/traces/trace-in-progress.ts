import type { NewSpanRow } from '../model/span-row.js';

/** Number of spans from which a map finds them by id; below it, a linear search is faster. */
const MAP_FROM = 12;

/** The spans of an unfinished trace. */
export class TraceInProgress {
  readonly traceId: string;
  /** In the order of arrival. */
  readonly spans: NewSpanRow[] = [];
  /** Whether a span without a parent has arrived. */
  hasRoot = false;
  /** Whether a span with a remote parent has arrived. */
  hasRemote = false;
  /** Parents that another thread has yet to send. */
  openParents: Set<string> | undefined;
  bytes = 0;
  /** When it counts as finished, if nothing arrives by then. */
  dueAt = 0;
  /** Whether spans have arrived since `dueAt` was set. */
  isTouched = false;
  /** Index of the last span with each id; undefined while the trace is small. */
  #places: Map<string, number> | undefined;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  /** Index of the last span with this id, or -1. */
  placeOf(spanId: string): number {
    if (this.#places !== undefined) return this.#places.get(spanId) ?? -1;
    for (let place = this.spans.length - 1; place >= 0; place--) if (this.spans[place]!.spanId === spanId) return place;
    return -1;
  }

  /**
   * Adds a span. It replaces an earlier revision or copy of the same span.
   *
   * @returns the replaced span
   */
  put(span: NewSpanRow, isAmended: boolean): NewSpanRow | undefined {
    const { spans } = this;
    const place = this.placeOf(span.spanId);
    const earlier = spans[place];
    if (earlier !== undefined && (isAmended || isSame(earlier, span))) {
      spans[place] = span;
      return earlier;
    }
    spans.push(span);
    if (this.#places !== undefined) this.#places.set(span.spanId, spans.length - 1);
    else if (spans.length === MAP_FROM) this.#places = new Map(spans.map(({ spanId }, index) => [spanId, index]));
    return undefined;
  }
}

/**
 * Whether two spans with the same id are the same span. Spans that share an id by chance, or because of a bad id
 * generator, differ in start or name.
 */
function isSame(a: NewSpanRow, b: NewSpanRow): boolean {
  return a.name === b.name && Object.is(a.start, b.start);
}
