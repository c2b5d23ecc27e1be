import type { SpanIdentity } from '../../model/span-map.js';
import type { CapturedLog } from '../captured.js';
import type { CopiedLog } from './frozen-copies.js';
import type { Moment } from './scope-records.js';
import type { SpanRecord } from './span-record.js';

/** Of each kind, and of the events of one span; the oldest gives way. */
const MAX_UNOWNED = 1_000;

interface UnownedLog extends CopiedLog {
  readonly order: number;
}

/** What no scope owns: the last 1,000 spans and the last 1,000 log records, in the order they came. */
export class Unowned {
  readonly #spans: SpanRecord[] = [];
  readonly #logs: UnownedLog[] = [];
  #logCount = 0;

  /** Log records that had no owner, those that gave way included. */
  get logCount(): number {
    return this.#logCount;
  }

  /** From another process its log records often come before it does. */
  addSpan(record: SpanRecord): void {
    for (const { log, event } of this.#logs) if (isIn(record, log)) record.addLog(event, MAX_UNOWNED);
    addBounded(this.#spans, record);
  }

  addLog({ log, event }: CopiedLog): void {
    addBounded(this.#logs, { log, event, order: this.#logCount++ });
    this.#spans.find((record) => isIn(record, log))?.addLog(event, MAX_UNOWNED);
  }

  spansSince({ spans }: Moment): SpanRecord[] {
    return this.#spans.filter(({ order }) => order >= spans);
  }

  logsSince({ unownedLogs }: Moment): CapturedLog[] {
    return this.#logs.filter(({ order }) => order >= unownedLogs).map(({ log }) => log);
  }

  findSpan(span: SpanIdentity): SpanRecord | undefined {
    return this.#spans.find((record) => isIn(record, span));
  }

  clear(): void {
    this.#spans.length = 0;
    this.#logs.length = 0;
  }
}

function isIn({ traceId, spanId }: SpanRecord, context: Pick<CapturedLog, 'traceId' | 'spanId'>): boolean {
  return spanId === context.spanId && traceId === context.traceId;
}

function addBounded<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MAX_UNOWNED) list.shift();
}
