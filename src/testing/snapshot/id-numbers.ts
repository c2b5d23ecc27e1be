import type { CapturedNode } from '../../trace/captured-span.js';
import { spanKey } from '../../model/span-map.js';

const TRACE_ID = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g;
const SPAN_ID = /(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])/g;

/**
 * Replaces random ids by numbers. Shown spans are numbered in the order of the text, other spans in the order in which
 * links refer to them.
 */
export class IdNumbers {
  readonly #traces = new Map<string, number>();
  readonly #spans = new Map<string, number>();
  /** For span ids in texts, which come without their trace id. */
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

  /** `span 3`, or `other span 1` for a span that is not shown. */
  spanName(span: { readonly traceId: string; readonly spanId: string }): string {
    const id = spanKey(span);
    const number = this.#spans.get(id);
    if (number !== undefined) return `span ${number}`;
    let other = this.#elsewhere.get(id);
    if (other === undefined) this.#elsewhere.set(id, (other = this.#elsewhere.size + 1));
    return `other span ${other}`;
  }

  /** Replaces the ids of shown spans and traces in a text. */
  replaceIn(text: string): string {
    return text
      .replaceAll(TRACE_ID, (id) => (this.#traces.has(id) ? `<trace ${this.#traces.get(id)}>` : id))
      .replaceAll(SPAN_ID, (id) => (this.#bySpanId.has(id) ? `<span ${this.#bySpanId.get(id)}>` : id));
  }
}
