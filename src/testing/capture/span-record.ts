import type { SpanIdentity } from '../../model/span-map.js';
import type { CapturedEvent, CapturedSpan } from '../../trace/captured-span.js';
import type { RecordedSpan } from '../../trace/plain-span.js';
import { toCapturedSpan } from '../../trace/to-captured-span.js';
import { firstForeignFrame } from './start-stack.js';

/** A recorded span. It references the SDK's span and copies it only when it is read, because most are never read. */
export class SpanRecord implements SpanIdentity {
  readonly span: RecordedSpan;
  readonly traceId: string;
  readonly spanId: string;
  /** Sequence number: of its start or, for a remote span, of its arrival. */
  readonly order: number;
  /** Whether the span or one of its ancestors has a remote parent. */
  readonly fromOutside: boolean;
  readonly #startStack: Error | undefined;
  readonly #logs: CapturedEvent[] = [];
  #ended = false;
  /** Copy of the ended span. Cleared when a log record is added. */
  #copy: CapturedSpan | undefined;

  constructor(span: RecordedSpan, order: number, fromOutside: boolean, startStack: Error | undefined) {
    const { traceId, spanId } = span.spanContext();
    this.span = span;
    this.traceId = traceId;
    this.spanId = spanId;
    this.order = order;
    this.fromOutside = fromOutside;
    this.#startStack = startStack;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Place in the application that started it, as `file:line:column`. Undefined without `captureStartStack`. */
  get startedAt(): string | undefined {
    return this.#startStack && firstForeignFrame(this.#startStack);
  }

  end(): void {
    this.#ended = true;
    this.#copy = undefined;
  }

  /** @param maxLogs limit for a span that no scope owns; a scope limits its own log records */
  addLog(event: CapturedEvent, maxLogs = Infinity): void {
    if (this.#logs.length >= maxLogs) return;
    this.#logs.push(event);
    this.#copy = undefined;
  }

  /** A copy of the span's present state. The same object for each read of an ended span that has not changed. */
  captured(): CapturedSpan {
    if (this.#copy !== undefined) return this.#copy;
    const copy = toCapturedSpan(this.span, this.#ended, this.#logs);
    if (this.#ended) this.#copy = copy;
    return copy;
  }
}
