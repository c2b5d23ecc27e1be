/** What tells one span from all others: its trace id together with its span id. */
export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * A map whose keys are spans.
 *
 * Span ids are random, so practically each is unique by itself: the main map is keyed by the span id
 * alone, a string that exists already and has its hash cached. Joining it with the trace id would
 * build and hash a new string at each lookup. Where two traces do carry the same span id (id
 * generators made for tests do that), the second one lives in a map of joined keys.
 */
export class SpanMap<V extends SpanIdentity> {
  #bySpanId = ballasted<V>();
  readonly #sharingSpanId = new Map<string, V>();

  get size(): number {
    return this.#bySpanId.size - BALLAST.length + this.#sharingSpanId.size;
  }

  get(span: SpanIdentity): V | undefined {
    const value = this.#bySpanId.get(span.spanId);
    if (value !== undefined && value.traceId === span.traceId) return value;
    return this.#sharingSpanId.size === 0 ? undefined : this.#sharingSpanId.get(joinedKey(span));
  }

  /** Sets the value of the span that it names itself. */
  set(value: V): void {
    if (this.#sharingSpanId.size > 0 && this.#sharingSpanId.has(joinedKey(value))) {
      this.#sharingSpanId.set(joinedKey(value), value);
      return;
    }
    const holder = this.#bySpanId.get(value.spanId);
    if (holder === undefined || holder.traceId === value.traceId) {
      this.#bySpanId.set(value.spanId, value);
    } else {
      this.#sharingSpanId.set(joinedKey(value), value);
    }
  }

  delete(span: SpanIdentity): void {
    const holder = this.#bySpanId.get(span.spanId);
    if (holder !== undefined && holder.traceId === span.traceId) {
      this.#bySpanId.delete(span.spanId);
    } else if (this.#sharingSpanId.size > 0) {
      this.#sharingSpanId.delete(joinedKey(span));
    }
  }

  clear(): void {
    this.#bySpanId = ballasted();
    this.#sharingSpanId.clear();
  }
}

/**
 * Keys that are no span ids and stay in the map. Without them the map is nearly empty most of the time, and V8
 * builds its table anew at almost every deletion: about a microsecond each, measured at Node 20.
 */
const BALLAST = Array.from({ length: 64 }, (_, i) => `ballast ${i}`);

function ballasted<V>(): Map<string, V | undefined> {
  return new Map(BALLAST.map((key) => [key, undefined]));
}

function joinedKey(span: SpanIdentity): string {
  return span.traceId + span.spanId;
}
