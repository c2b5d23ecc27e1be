import type { SpanIdentity } from '../../model/span-map.js';
import type { CapturedEvent, CapturedSpan } from '../captured.js';
import type { RecordedSpan } from '../../trace/plain-span.js';
import { toCapturedSpan } from '../../trace/to-captured-span.js';
import { firstForeignFrame } from './start-stack.js';

/**
 * A span that was seen to start, from then on.
 *
 * Holds the SDK's own object and copies it when it is read: most spans of a test are never read.
 */
export class SpanRecord implements SpanIdentity {
  readonly span: RecordedSpan;
  readonly traceId: string;
  readonly spanId: string;
  /** Counts up with each span that starts in this process. */
  readonly order: number;
  /** Whether it, or the span it is under, was started for a request that came from elsewhere. */
  readonly fromOutside: boolean;
  readonly #startStack: Error | undefined;
  readonly #logs: CapturedEvent[] = [];
  #ended = false;
  /** Of the ended span; undefined when something was added since. */
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

  /** Where the application started it, as `file:line:column`. Undefined unless `captureStartStack` is on. */
  get startedAt(): string | undefined {
    return this.#startStack && firstForeignFrame(this.#startStack);
  }

  end(): void {
    this.#ended = true;
    this.#copy = undefined;
  }

  /** @param maxLogs how many it keeps, if no scope does that for it */
  addLog(event: CapturedEvent, maxLogs = Infinity): void {
    if (this.#logs.length >= maxLogs) return;
    this.#logs.push(event);
    this.#copy = undefined;
  }

  /** As it is now. An ended span gives the same copy each time. */
  captured(): CapturedSpan {
    if (this.#copy !== undefined) return this.#copy;
    const copy = toCapturedSpan(this.span, this.#ended, this.#logs);
    if (this.#ended) this.#copy = copy;
    return copy;
  }
}
