import { SpanMap, type SpanIdentity } from '../../model/span-map.js';

/**
 * The spans delivered last, so that an event which comes after its span is known to be late.
 *
 * Remembers at least the last `generationSize` spans and at most twice as many, in two generations:
 * when the current one is full, the previous one is forgotten as a whole and the two change roles.
 * Nothing is ever deleted one by one.
 */
export class RecentSpans<V extends SpanIdentity> {
  readonly #generationSize: number;
  #current: Generation<V>;
  #previous: Generation<V>;

  /** @param forgotten is called with each span that is forgotten */
  constructor(generationSize: number, forgotten: (span: V) => void) {
    this.#generationSize = generationSize;
    this.#current = new Generation(forgotten);
    this.#previous = new Generation(forgotten);
  }

  remember(span: V): void {
    if (this.#current.count === this.#generationSize) {
      const emptied = this.#previous;
      emptied.clear();
      this.#previous = this.#current;
      this.#current = emptied;
    }
    this.#current.add(span);
  }

  /** What was remembered of a span. */
  get(span: SpanIdentity): V | undefined {
    return this.#current.get(span) ?? this.#previous.get(span);
  }

  clear(): void {
    this.#current.clear();
    this.#previous.clear();
  }
}

/**
 * A list of spans with an index that is caught up only when somebody asks. Only events ask: to a
 * service without events, a remembered span costs one store.
 */
class Generation<V extends SpanIdentity> {
  count = 0;
  readonly #spans: V[] = [];
  readonly #index = new SpanMap<V>();
  readonly #forgotten: (span: V) => void;
  #indexed = 0;

  constructor(forgotten: (span: V) => void) {
    this.#forgotten = forgotten;
  }

  add(span: V): void {
    this.#spans[this.count++] = span;
  }

  get(span: SpanIdentity): V | undefined {
    while (this.#indexed < this.count) this.#index.set(this.#spans[this.#indexed++]!);
    return this.#index.get(span);
  }

  clear(): void {
    for (const span of this.#spans) this.#forgotten(span);
    this.count = 0;
    this.#spans.length = 0;
    this.#index.clear();
    this.#indexed = 0;
  }
}
