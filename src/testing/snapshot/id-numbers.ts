import type { CapturedNode } from '../../trace/captured-span.js';
import { spanKey } from '../../model/span-map.js';

const TRACE_ID = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g;
const SPAN_ID = /(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])/g;

/**
 * Numbers in place of random ids: those of the spans shown, in the order they are shown, then those of
 * spans elsewhere, as they are come upon.
 */
export class IdNumbers {
  readonly #traces = new Map<string, number>();
  readonly #spans = new Map<string, number>();
  /** As they stand in texts, where no trace is told. */
  readonly #bySpanId = new Map<string, number>();
  readonly #elsewhere = new Map<string, number>();

  /** @param nodes in the order they are shown */
  constructor(nodes: readonly CapturedNode[]) {
    for (const [index, { traceId, spanId }] of nodes.entries()) {
      if (!this.#traces.has(traceId)) this.#traces.set(traceId, this.#traces.size + 1);
      this.#spans.set(spanKey({ traceId, spanId }), index + 1);
      this.#bySpanId.set(spanId, index + 1);
    }
  }

  /** `span 3`, or `other span 1` for one that is not shown. */
  spanName(span: { readonly traceId: string; readonly spanId: string }): string {
    const id = spanKey(span);
    const number = this.#spans.get(id);
    if (number !== undefined) return `span ${number}`;
    let other = this.#elsewhere.get(id);
    if (other === undefined) this.#elsewhere.set(id, (other = this.#elsewhere.size + 1));
    return `other span ${other}`;
  }

  /** The text with the ids of spans and traces that are shown replaced. */
  replaceIn(text: string): string {
    return text
      .replaceAll(TRACE_ID, (id) => (this.#traces.has(id) ? `<trace ${this.#traces.get(id)}>` : id))
      .replaceAll(SPAN_ID, (id) => (this.#bySpanId.has(id) ? `<span ${this.#bySpanId.get(id)}>` : id));
  }
}
