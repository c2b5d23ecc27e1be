import { Episode } from '../../support/episode.js';
import { guarded } from '../../support/report.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ExportResult, ReadableSpan, Resource, SpanExporter } from '../../model/otel.js';
import { isSampled } from '../../model/sampling.js';
import type { AsyncDisposable } from '../../support/disposable.js';
import type { Handle } from '../../support/handle.js';
import { promiseOf } from '../../support/promise-of.js';
import { unref } from '../../support/timers.js';
import { ExportQueue } from './export-queue.js';
import { exportedSpan } from './exported-span.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import { TimeLimitedCalls, type Call, type Failure } from './time-limited-calls.js';

/** How spans are batched for an exporter. The names and meanings are those of the specification. */
export interface ExporterOptions {
  /**
   * Spans that may wait for export. A batch that does not fit is lost whole; only when none waits, one
   * batch (at most 256 spans) is taken whatever its size. Default 4,096.
   */
  maxQueueSize?: number;
  /**
   * Bytes that the spans waiting for export may keep alive, estimated. A batch that does not fit is lost whole; of one
   * that comes when none waits, those spans are that fit. An integer from 1. Default 67,108,864, which is 64 MiB.
   */
  maxQueueBytes?: number;
  /** Spans per export, at most `maxQueueSize`. Default 512. */
  maxExportBatchSize?: number;
  /** How long spans wait for a batch to fill up. Default 5,000. */
  scheduledDelayMillis?: number;
  /** How long an export may take, resource detection included, before it counts as failed. Default 30,000. */
  exportTimeoutMillis?: number;
}

/** An exporter attached to the cache. Works with `await using`; `using` closes it too, and waits for nothing. */
export interface ExporterHandle extends Handle, AsyncDisposable {
  /**
   * Exports everything delivered so far. Never rejects: failures are counted and reported. Begins no export
   * later than `exportTimeoutMillis` from now; what is left then stays queued.
   */
  forceFlush(): Promise<void>;
  /** Takes no more spans, exports those it has, then shuts the exporter down. Never rejects. */
  // oxlint-disable-next-line typescript/no-misused-promises -- a handle that may be awaited, and need not be
  close(): Promise<void>;
}

/** Of an export under way: what it exports. */
interface Exporting {
  readonly spans: number;
  readonly bytes: number;
}

const NO_EXPORT: Exporting = { spans: 0, bytes: 0 };

/**
 * Feeds sampled spans to any `SpanExporter`: one export at a time, from a bounded queue. Each span is
 * exported once: a backend would take its amendments for further spans.
 *
 * An export starts when a batch is full or `scheduledDelayMillis` after the first span, and by `forceFlush()` at once.
 * It waits for the resource's pending attributes, as exporters must read them settled; where none are pending, nothing
 * is waited for. It counts as failed if the exporter reports so, throws, or takes longer than `exportTimeoutMillis`; its
 * spans are not retried. A span that cannot be read fails alone.
 */
export class ExporterSubscription implements Subscriber, ExporterHandle {
  readonly wantsOrphans = false;
  readonly #exporter: SpanExporter;
  readonly #options: Required<ExporterOptions>;
  readonly #detach: (subscriber: ExporterSubscription) => void;
  readonly #queue: ExportQueue;
  readonly #calls: TimeLimitedCalls;
  readonly #failures = new Episode();
  readonly #slowness = new Episode();
  /** The export under way. */
  #exporting = NO_EXPORT;
  /** Who waits for its end. */
  readonly #waiting: (() => void)[] = [];
  /** Whether the scheduled delay runs. The timer may be anything, or nothing. */
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  /** Spans that have left the queue and are not being exported. */
  #through = 0;
  #delivered = 0;
  #failed = 0;
  #errors = 0;

  constructor(
    exporter: SpanExporter,
    options: Required<ExporterOptions>,
    detach: (subscriber: ExporterSubscription) => void,
  ) {
    this.#exporter = exporter;
    this.#options = options;
    this.#detach = detach;
    this.#queue = new ExportQueue(options.maxQueueSize, options.maxQueueBytes);
    this.#calls = new TimeLimitedCalls(options.exportTimeoutMillis);
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** While it exports, and the next batch is complete. */
  get busy(): boolean {
    return this.#isExporting && this.#isBatchFull;
  }

  /** Spans that may wait beyond `maxQueueSize`, while the cache flushes because somebody waits for the export. */
  setFlushAllowance(spans: number): void {
    this.#queue.setFlushAllowance(spans);
  }

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    const chosen = spans.filter((span) => this.#isForExport(span));
    this.#queue.add(chosen.length === spans.length ? spans : chosen);
    this.#exportDue();
  }

  /** Exporters take spans only. */
  deliverOrphans(): void {}

  forceFlush(): Promise<void> {
    return this.#calls.whileAwaited(async () => {
      await this.#exportQueued();
      await this.#settled(() => this.#exporter.forceFlush?.());
    });
  }

  close(): Promise<void> {
    // The promise is there before anything runs: the exporter may ask for it in its last export.
    let begin = undefined as ((done: Promise<void>) => void) | undefined;
    this.#closing ??= new Promise((resolve) => (begin = resolve));
    begin?.(this.#close());
    return this.#closing;
  }

  [Symbol.dispose](): void {
    void this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  end(): void {
    void this.close();
  }

  stats(): SubscriptionStats {
    return {
      kind: 'exporter',
      delivered: this.#delivered,
      dropped: this.#queue.dropped,
      droppedByBytes: this.#queue.droppedByBytes,
      droppedOrphans: 0,
      queued: this.#queue.length + this.#exporting.spans,
      queuedBytes: this.#queue.bytes + this.#exporting.bytes,
      failed: this.#failed,
      errors: this.#errors,
    };
  }

  get #isExporting(): boolean {
    return this.#exporting !== NO_EXPORT;
  }

  get #isBatchFull(): boolean {
    return this.#queue.length >= this.#options.maxExportBatchSize;
  }

  /** Exporters get sampled spans, and each one once. One that does not say whether it is fails alone. */
  #isForExport(span: DeliveredSpan): boolean {
    try {
      return isSampled(span.spanContext()) && !span.revision;
    } catch (error) {
      this.#giveUp(1, error);
      return false;
    }
  }

  async #close(): Promise<void> {
    this.#detach(this);
    await this.#calls.whileAwaited(async () => {
      await this.#exportQueued();
      const left = this.#queue.take(Infinity).length;
      this.#through += left;
      if (left > 0) this.#giveUp(left, new Error(`closed before the last ${left} spans could be exported`));
      await this.#settled(() => this.#exporter.shutdown());
    });
  }

  /**
   * Exports what is queued now, before it returns if the exporter answers at once. No export begins later than
   * `exportTimeoutMillis` from now, so an exporter that does not answer is waited for twice as long at most.
   */
  async #exportQueued(): Promise<void> {
    const deadline = performance.now() + this.#options.exportTimeoutMillis;
    const until = this.#through + this.#exporting.spans + this.#queue.length;
    while (this.#through < until && !(performance.now() >= deadline)) {
      if (!this.#isExporting) this.#exportBatch();
      if (this.#isExporting) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#through < until) this.#slowness.report('an exporter was waited for in vain; spans are left');
    else this.#slowness.end();
  }

  /** Exports the full batches, one after the other as long as the exporter answers at once; the rest after a delay. */
  #exportDue(): void {
    if (this.closed) return;
    while (!this.#isExporting && this.#isBatchFull) this.#exportBatch();
    if (!this.#isExporting && this.#queue.length > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const exportNow = () => {
      this.#scheduled = false;
      if (!this.#isExporting) this.#exportBatch();
      this.#exportDue();
    };
    this.#timer = unref(setTimeout(guarded('an export', exportNow), this.#options.scheduledDelayMillis));
  }

  /** Takes the next batch out of the queue, which is not empty, and hands it over. No export is under way. */
  #exportBatch(): void {
    clearTimeout(this.#timer);
    this.#scheduled = false;
    // From here on, whatever the spans do when they are read, no other export begins.
    this.#exporting = { spans: 0, bytes: 0 };
    const { bytes } = this.#queue;
    const taken = this.#queue.take(this.#options.maxExportBatchSize);
    const { spans, pending } = this.#read(taken);
    // Counted now: the list is the exporter's once it is handed over.
    const { length } = spans;
    this.#exporting = { spans: length, bytes: bytes - this.#queue.bytes };
    this.#through += taken.length - length;
    if (length === 0) {
      this.#endExport();
      return;
    }

    let returned = false;
    const exportAll = (call: Call) => callExport(this.#exporter, spans, call);
    this.#calls.begin(
      pending.size === 0 ? exportAll : (call) => void attributesSettled(pending).then(() => call.run(() => exportAll(call))),
      (failure) => {
        this.#count(length, failure);
        this.#endExport();
        if (returned) this.#exportDue();
      },
    );
    returned = true;
  }

  /** The spans as the exporter gets them, and the resources that still wait for attributes. */
  #read(taken: readonly DeliveredSpan[]): { spans: ReadableSpan[]; pending: Set<Resource> } {
    const spans: ReadableSpan[] = [];
    const pending = new Set<Resource>();
    for (const span of taken) {
      try {
        const { resource } = span;
        const exported = exportedSpan(span);
        if (resource?.asyncAttributesPending) pending.add(resource);
        spans.push(exported);
      } catch (error) {
        this.#giveUp(1, error);
      }
    }
    return { spans, pending };
  }

  #endExport(): void {
    this.#exporting = NO_EXPORT;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  #count(spans: number, failure: Failure): void {
    this.#through += spans;
    if (failure === undefined) {
      this.#delivered += spans;
      this.#failures.end();
    } else {
      this.#giveUp(spans, failure.error);
    }
  }

  /** Until a call of the exporter's own methods has settled, however it does. */
  #settled(code: () => unknown): Promise<void> {
    return new Promise((resolve) => {
      this.#calls.begin(
        (call) => call.settleAs(code()),
        (failure) => {
          if (failure !== undefined) this.#giveUp(0, failure.error);
          resolve();
        },
      );
    });
  }

  #giveUp(spans: number, error: unknown): void {
    this.#failed += spans;
    this.#errors++;
    this.#failures.report('an export failed; its spans are dropped', error);
  }
}

/** Exporters read `resource.attributes`, which the SDK wants to be awaited first. What fails is not waited for. */
async function attributesSettled(pending: ReadonlySet<Resource>): Promise<void> {
  await Promise.allSettled([...pending].map(async (resource) => resource.waitForAsyncAttributes?.()));
}

function callExport(exporter: SpanExporter, spans: ReadableSpan[], call: Call): void {
  const returned: unknown = exporter.export(spans, (result) => answer(call, result));
  // An `async export()` is not foreseen, but written: nobody else takes care of its rejection.
  promiseOf(returned).catch((error: unknown) => call.fail(error));
}

/** Foreign code calls this: nothing may be thrown into it. */
function answer(call: Call, result: ExportResult | undefined): void {
  try {
    if (result?.code === 0) call.succeed();
    else call.fail(result?.error ?? new Error('the exporter reported a failure'));
  } catch (error) {
    call.fail(error);
  }
}
