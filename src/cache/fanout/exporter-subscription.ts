import { counted } from '../../model/text-of.js';
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
 * Feeds sampled spans to any `SpanExporter`: one export at a time, from a bounded queue.
 *
 * Amended spans are not exported again, because a backend would treat each revision as another span. An export starts
 * when a batch is full, `scheduledDelayMillis` after the first span, or immediately on `forceFlush()`; it first awaits
 * pending resource attributes. It fails if the exporter reports a failure, throws, or exceeds `exportTimeoutMillis`;
 * failed spans are not retried. A span that cannot be read fails alone.
 */
export class ExporterSubscription implements Subscriber, ExporterHandle {
  readonly wantsOrphans = false;
  readonly #exporter: SpanExporter;
  readonly #options: Required<ExporterOptions>;
  readonly #detach: (subscriber: ExporterSubscription) => void;
  readonly #queue: ExportQueue;
  readonly #calls: TimeLimitedCalls;
  readonly #failures = new Episode();
  /** Failures that lose no span. */
  readonly #callFailures = { forceFlush: new Episode(), shutdown: new Episode() };
  readonly #slowness = new Episode();
  /** The size of the export under way. */
  #exporting = NO_EXPORT;
  /** Resolved when the export under way ends. */
  readonly #waiting: (() => void)[] = [];
  /** Whether the scheduled delay is running. The timer cannot show it: fake timers may return anything. */
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  /** Spans that have been exported or have failed. */
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

  /** Whether a full batch is waiting behind the export under way. */
  get busy(): boolean {
    return this.#isExporting && this.#isBatchFull;
  }

  /** Raises `maxQueueSize` by this many spans while the cache flushes on behalf of a caller that awaits the export. */
  setFlushAllowance(spans: number): void {
    this.#queue.setFlushAllowance(spans);
  }

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    const chosen = spans.filter((span) => this.#isForExport(span));
    this.#queue.add(chosen.length === spans.length ? spans : chosen);
    this.#exportDue();
  }

  deliverOrphans(): void {}

  forceFlush(): Promise<void> {
    return this.#calls.whileAwaited(async () => {
      await this.#exportQueued();
      await this.#settled('forceFlush');
    });
  }

  close(): Promise<void> {
    // The promise is set before any code runs, because the exporter may call `close()` during its last export.
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

  /** Selects sampled spans that have not been exported before. A span that throws here fails alone. */
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
      if (left > 0) this.#giveUp(left, new Error(`closed before ${counted(left, 'span')} could be exported`));
      await this.#settled('shutdown');
    });
  }

  /**
   * Exports the spans queued now; synchronously, if the exporter completes each export synchronously. No export begins
   * later than `exportTimeoutMillis` from now, so a hanging exporter delays the caller by twice that at most.
   */
  async #exportQueued(): Promise<void> {
    const deadline = performance.now() + this.#options.exportTimeoutMillis;
    const until = this.#through + this.#exporting.spans + this.#queue.length;
    while (this.#through < until && !(performance.now() >= deadline)) {
      if (!this.#isExporting) this.#exportBatch();
      if (this.#isExporting) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#through < until) this.#slowness.report('an exporter did not export all queued spans in time');
    else this.#slowness.end();
  }

  /** Exports full batches for as long as the exporter completes synchronously. A partial batch waits for the delay. */
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

  /** Starts the next export. The queue must not be empty, and no export may be under way. */
  #exportBatch(): void {
    clearTimeout(this.#timer);
    this.#scheduled = false;
    // Set before the spans are read: a getter that calls back into the cache must not start another export.
    this.#exporting = { spans: 0, bytes: 0 };
    const { bytes } = this.#queue;
    const taken = this.#queue.take(this.#options.maxExportBatchSize);
    const batch = new ExportBatch(taken, (error) => this.#giveUp(1, error));
    // Read now, because the exporter may change the list.
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

  /** Resolves when the exporter's `forceFlush` or `shutdown` has succeeded, failed or timed out. */
  #settled(method: 'forceFlush' | 'shutdown'): Promise<void> {
    return new Promise((resolve) => {
      this.#calls.begin(
        (call) => call.settleAs(this.#exporter[method]?.()),
        (failure) => {
          if (failure === undefined) this.#callFailures[method].end();
          else {
            this.#errors++;
            this.#callFailures[method].report(`${method}() of an exporter failed`, failure.error);
          }
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
