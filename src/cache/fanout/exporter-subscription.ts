import { Episode } from '../../support/episode.js';
import { guarded } from '../../support/report.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { SpanExporter } from '../../model/otel.js';
import { isSampled } from '../../model/sampling.js';
import { unref } from '../../support/timers.js';
import { ExportQueue } from './export-queue.js';
import { ExportBatch } from './export-batch.js';
import type { ExporterOptions } from './exporter-options.js';
import type { ExporterHandle } from './subscription.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import { TimeLimitedCalls, type Failure } from './time-limited-calls.js';

const NO_EXPORT = { spans: 0, bytes: 0 };

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
  /** The size of the batch that is being exported. */
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

  constructor(exporter: SpanExporter, options: Required<ExporterOptions>, detach: (subscriber: ExporterSubscription) => void) {
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
    const queued = this.#queue.length + this.#exporting.spans;
    const queuedBytes = this.#queue.bytes + this.#exporting.bytes;
    const through = { delivered: this.#delivered, failed: this.#failed, errors: this.#errors };
    return { kind: 'exporter', ...through, ...this.#queue.lost, droppedOrphans: 0, queued, queuedBytes };
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
    const batch = new ExportBatch(taken, (error) => this.#giveUp(1, error));
    // Counted now: the list is the exporter's once it is handed over.
    const { length } = batch;
    this.#exporting = { spans: length, bytes: bytes - this.#queue.bytes };
    this.#through += taken.length - length;
    if (length === 0) return this.#endExport();

    let returned = false;
    this.#calls.begin(
      (call) => batch.exportBy(this.#exporter, call),
      (failure) => {
        this.#count(length, failure);
        this.#endExport();
        if (returned) this.#exportDue();
      },
    );
    returned = true;
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
