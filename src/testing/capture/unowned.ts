import type { SpanIdentity } from '../../model/span-map.js';
import type { CapturedLog } from '../../trace/captured-span.js';
import type { CopiedLog } from '../../trace/to-captured-span.js';
import { MAX_ITEMS, RecentItems } from './recent-items.js';
import type { Mark } from './scope-records.js';
import type { SpanRecord } from './span-record.js';

/** The last spans and log records that no scope owns, in order of arrival: at most 1,000 and 64 MiB of each. */
export class Unowned {
  readonly #spans = new RecentItems<SpanRecord>();
  readonly #logs = new RecentItems<CopiedLog & { readonly order: number }>();
  #logCount = 0;

  /** Number of log records without an owner, evicted ones included. */
  get logCount(): number {
    return this.#logCount;
  }

  /** Adds a span with its log records, which often arrive first if they come from another process. */
  addSpan(record: SpanRecord, bytes = 0): void {
    for (const { log, event } of this.#logs.items) if (isIn(record, log)) record.addLog(event, MAX_ITEMS);
    this.#spans.add(record, bytes);
  }

  addLog({ log, event }: CopiedLog, bytes = 0): void {
    this.#logs.add({ log, event, order: this.#logCount++ }, bytes);
    this.#spans.items.find((record) => isIn(record, log))?.addLog(event, MAX_ITEMS);
  }

  spansSince({ spans }: Mark): SpanRecord[] {
    return this.#spans.items.filter(({ order }) => order >= spans);
  }

  logsSince({ unownedLogs }: Mark): CapturedLog[] {
    return this.#logs.items.filter(({ order }) => order >= unownedLogs).map(({ log }) => log);
  }

  findSpan(span: SpanIdentity): SpanRecord | undefined {
    return this.#spans.items.find((record) => isIn(record, span));
  }

  clear(): void {
    this.#spans.clear();
    this.#logs.clear();
  }
}

function isIn({ traceId, spanId }: SpanRecord, context: Pick<CapturedLog, 'traceId' | 'spanId'>): boolean {
  return spanId === context.spanId && traceId === context.traceId;
}
