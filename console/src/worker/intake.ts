import type { DeliveredSpan } from 'otel-span-cache';
import { SpanUnpacker, type ReceivedBatch } from 'otel-span-cache/threads';
import type { WaitingSpans } from '../engine/contract.js';
import { LogRowMaker } from '../model/log-rows.js';
import type { LogRow, NewSpanRow, SeenProcess } from '../model/span-row.js';
import { UNREADABLE } from '../model/text.js';
import { ofUnpacked, toSpanRow } from '../model/to-rows.js';
import type { TraceRow } from '../model/trace-row.js';
import type { JoinTarget } from '../processes/join/joined-processes.js';
import type { OtlpLoss, OtlpTarget } from '../processes/otlp/otlp-intake.js';
import { TracesInProgress } from '../traces/traces-in-progress.js';
import type { SeenProcesses } from './seen-processes.js';

/** The receiver of finished traces and of log records without a span. */
export interface IntakeTarget {
  onTrace(trace: TraceRow): void;
  onLog(log: LogRow): void;
  /** Called with the number of spans of each batch. */
  onSpans(spans: number): void;
}

export interface IntakeLosses {
  readonly unreadable: number;
  /** Spans of processes beyond the limit. */
  readonly refused: number;
  readonly logs: number;
}

type ToRow = (span: DeliveredSpan, process: SeenProcess) => NewSpanRow;

/**
 * Receives the spans of all processes in the worker: converts each to a row at once, and passes on whole traces.
 *
 * Rows are created before traces finish, so that the objects of a batch are garbage when the next one arrives: a young
 * object that dies costs the garbage collector nothing.
 */
export class Intake {
  readonly #traces: TracesInProgress;
  readonly #logs = new LogRowMaker();
  readonly #processes: SeenProcesses;
  readonly #target: IntakeTarget;
  #unreadable = 0;
  #refusedSpans = 0;
  #lostLogs = 0;

  constructor(processes: SeenProcesses, target: IntakeTarget) {
    this.#processes = processes;
    this.#target = target;
    this.#traces = new TracesInProgress((trace) => target.onTrace(trace));
  }

  get waiting(): WaitingSpans {
    return this.#traces.waiting;
  }

  /** Spans and log records that could not be accepted, and log records lost by processes other than the host. */
  get losses(): IntakeLosses {
    return { unreadable: this.#unreadable, refused: this.#refusedSpans, logs: this.#lostLogs };
  }

  /** Creates the source for one process, whose batches come from one `SpanPacker`. */
  source(process: SeenProcess): Source {
    return new Source((batch) => this.#take(process, batch, ofUnpacked));
  }

  /** The receiver for joined processes, which pack their spans too. */
  get joined(): JoinTarget {
    return { ...this.#senders, accept: (process, batch) => this.#take(process, batch, ofUnpacked) };
  }

  /** The receiver for processes that send OTLP. */
  get otlp(): OtlpTarget {
    return {
      ...this.#senders,
      accept: (process, batch) => this.#take(process, batch, toSpanRow),
      countLoss: (kind, count) => this.#countLoss(kind, count),
    };
  }

  /** Counts received spans that could not be read. */
  countUnreadable(spans: number): void {
    this.#unreadable += spans;
  }

  /** Passes on the unfinished traces. */
  close(): void {
    this.#traces.finishAll();
  }

  get #senders(): Pick<JoinTarget, 'add' | 'end'> {
    return { add: (process) => this.#processes.add(process), end: (process) => this.#processes.end(process) };
  }

  /** Never throws. */
  #take(process: SeenProcess, batch: Required<ReceivedBatch>, toRow: ToRow): void {
    const { spans, orphans, dropped, droppedOrphans } = batch;
    // The host counts its own losses in shared memory.
    if (process.origin !== 'host') this.#lostLogs += droppedOrphans;
    this.#processes.count(process, spans.length, dropped, spans[0]?.resource.attributes);
    this.#target.onSpans(spans.length);
    for (const span of spans) {
      const row = toRow(span, process);
      if (row.traceId === UNREADABLE || row.spanId === UNREADABLE) this.#unreadable++;
      else this.#traces.add(row, Boolean(span.revision));
    }
    this.#traces.endBatch();
    for (const orphan of orphans) this.#target.onLog(this.#logs.of(orphan, process));
  }

  #countLoss(kind: OtlpLoss, count: number): void {
    if (kind === 'unreadable spans') this.#unreadable += count;
    else if (kind === 'refused spans') this.#refusedSpans += count;
    else this.#lostLogs += count;
  }
}

/** Receives the batches of one process. */
export class Source {
  readonly #unpacker = new SpanUnpacker();
  readonly #accept: (batch: Required<ReceivedBatch>) => void;

  constructor(accept: (batch: Required<ReceivedBatch>) => void) {
    this.#accept = accept;
  }

  /** @throws TypeError unless it is the output of a `SpanPacker` of this version */
  take(packed: unknown): void {
    this.#accept(this.#unpacker.unpack(packed));
  }

  end(): void {
    this.#unpacker.end();
  }
}
