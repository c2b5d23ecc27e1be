import type { SpanIdentity } from '../../model/span-map.js';
import type { CapturedLog } from '../captured.js';
import type { Moment } from './scope-records.js';
import type { SpanRecord } from './span-record.js';

/** Of each kind; the oldest gives way. */
export const MAX_UNOWNED = 1_000;

/** What no scope owns: the last 1,000 spans and the last 1,000 log records, in the order they came. */
export class Unowned {
  readonly #spans: SpanRecord[] = [];
  readonly #logs: { readonly order: number; readonly log: CapturedLog }[] = [];
  #logCount = 0;

  /** Log records that had no owner, those that gave way included. */
  get logCount(): number {
    return this.#logCount;
  }

  addSpan(record: SpanRecord): void {
    addBounded(this.#spans, record);
  }

  addLog(log: CapturedLog): void {
    addBounded(this.#logs, { order: this.#logCount++, log });
  }

  spansSince({ spans }: Moment): SpanRecord[] {
    return this.#spans.filter(({ order }) => order >= spans);
  }

  logsSince({ unownedLogs }: Moment): CapturedLog[] {
    return this.#logs.filter(({ order }) => order >= unownedLogs).map(({ log }) => log);
  }

  findSpan({ traceId, spanId }: SpanIdentity): SpanRecord | undefined {
    return this.#spans.find((span) => span.spanId === spanId && span.traceId === traceId);
  }

  clear(): void {
    this.#spans.length = 0;
    this.#logs.length = 0;
  }
}

function addBounded<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MAX_UNOWNED) list.shift();
}
