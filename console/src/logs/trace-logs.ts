import type { SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';

/** A log event of a span. */
interface TraceLog {
  readonly span: SpanRow;
  /** Position among the events of the span. */
  readonly index: number;
  readonly time: number;
}

/** Time of the newest log event, memoized: rows never change. */
const newestTimes = new WeakMap<TraceRow, number>();

/** The log events of one trace, newest first. Sorted when the first of them is read. */
export class TraceLogs {
  readonly trace: TraceRow;
  /** Time of the next log event. */
  time: number;
  /** The next one is the last element. */
  #sorted: TraceLog[] | undefined;

  /** @param trace with at least one log event */
  constructor(trace: TraceRow) {
    this.trace = trace;
    this.time = newestTimeIn(trace);
  }

  /** Removes and returns the next one. Afterwards, `time` is `-Infinity` if none is left. */
  take(): TraceLog {
    this.#sorted ??= logsIn(this.trace).sort((a, b) => a.time - b.time);
    const log = this.#sorted.pop()!;
    this.time = this.#sorted.at(-1)?.time ?? -Infinity;
    return log;
  }

  get done(): boolean {
    return this.#sorted?.length === 0;
  }
}

function newestTimeIn(trace: TraceRow): number {
  let newest = newestTimes.get(trace);
  if (newest === undefined) {
    newest = -Infinity;
    for (const { events } of trace.spans) {
      for (const { log, time } of events) if (log !== undefined && time > newest) newest = time;
    }
    newestTimes.set(trace, newest);
  }
  return newest;
}

function logsIn({ spans }: TraceRow): TraceLog[] {
  return spans.flatMap((span) => {
    return span.events.flatMap(({ log, time }, index) => (log === undefined ? [] : [{ span, index, time }]));
  });
}
