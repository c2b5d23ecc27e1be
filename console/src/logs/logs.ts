import type { LogLine } from '../api/schemas.js';
import type { LogsContract } from '../engine/contract.js';
import type { LogRow, SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { Heap } from './heap.js';
import { lineOfEvent, lineOfOrphan } from './log-line.js';
import { OrphanLogs } from './orphan-logs.js';
import { TraceLogs } from './trace-logs.js';

/** A line with its source row. */
export interface FoundLog {
  readonly line: LogLine;
  readonly span?: SpanRow;
  readonly trace?: TraceRow;
  readonly log?: LogRow;
}

/**
 * Log events of the retained traces, and log records that belong to no span: at most 10,000 and 16 MB, the oldest
 * evicted first.
 */
export class Logs implements LogsContract {
  readonly #maxOrphans: number;
  readonly #maxBytes: number;
  readonly #orphans: OrphanLogs;

  constructor({ maxOrphans = 10_000, maxBytes = 16 * 2 ** 20 }: { maxOrphans?: number; maxBytes?: number } = {}) {
    this.#maxOrphans = maxOrphans;
    this.#maxBytes = maxBytes;
    this.#orphans = new OrphanLogs(maxOrphans, maxBytes);
  }

  addOrphan(log: LogRow): void {
    this.#orphans.add(log);
  }

  /**
   * All lines, the newest first. The traces are read once, when the first line is requested. The log events of a trace
   * are sorted only when its turn comes. Records that arrive later are not included.
   */
  *newestFirst(traces: Iterable<TraceRow>): Generator<FoundLog> {
    const orphans = this.#orphans.newestFirst();
    const heap = heapOf(traces);
    let next = 0;
    for (;;) {
      const orphan = orphans[next];
      const logs = heap.largest;
      if (orphan !== undefined && (logs === undefined || orphan.time >= logs.time)) {
        next++;
        yield { line: lineOfOrphan(orphan), log: orphan };
      } else if (logs === undefined) return;
      else {
        const { span, index } = logs.take();
        if (logs.done) heap.remove();
        else heap.lowered();
        yield { line: lineOfEvent(span, index), span, trace: logs.trace };
      }
    }
  }

  clear(): void {
    this.#orphans.clear();
  }

  stats() {
    const { size: orphans, bytes, evicted } = this.#orphans;
    return { orphans, maxOrphans: this.#maxOrphans, bytes, maxBytes: this.#maxBytes, evicted };
  }
}

function heapOf(traces: Iterable<TraceRow>): Heap<TraceLogs> {
  const withLogs: TraceLogs[] = [];
  for (const trace of traces) if (trace.logs > 0) withLogs.push(new TraceLogs(trace));
  // Ties are broken by id, so that lines with the same time keep their order between answers and pages.
  return new Heap(withLogs, (a, b) => a.time - b.time || a.trace.id - b.trace.id);
}
