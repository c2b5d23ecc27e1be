import { Episode } from '../diagnostics/episode.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import type { ExportResult, ReadableSpan, SpanExporter } from '../model/otel.js';
import { isSampled } from '../model/sampling.js';
import type { AsyncDisposable } from '../support/disposable.js';
import type { Subscriber, SubscriptionStats } from './subscriber.js';
import { untraced } from './suppression.js';

/** How spans are batched for an exporter. The names and meanings are those of the specification. */
export interface ExporterOptions {
  /**
   * Spans that may wait for export. A batch that does not fit is lost whole; only when none waits, one
   * batch (at most 256 spans) is taken whatever its size. Default 4,096.
   */
  maxQueueSize?: number;
  /** Spans per export, at most `maxQueueSize`. Default 512. */
  maxExportBatchSize?: number;
  /** How long spans wait for a batch to fill up. Default 5,000. */
  scheduledDelayMillis?: number;
  /** How long an export may take, resource detection included, before it counts as failed. Default 30,000. */
  exportTimeoutMillis?: number;
}

/** An exporter attached to the cache. Works with `await using`. */
export interface ExporterHandle extends AsyncDisposable {
  readonly closed: boolean;
  /**
   * Exports everything delivered so far. Never rejects: failures are counted and reported. Begins no export
   * later than `exportTimeoutMillis` from now; what is left then stays queued.
   */
  forceFlush(): Promise<void>;
  /** Takes no more spans, exports those it has, then shuts the exporter down. Never rejects. */
  close(): Promise<void>;
}

/**
 * Feeds sampled spans to any `SpanExporter`: one export at a time, from a bounded queue. Each span is
 * exported once: a backend would take its amendments for further spans.
 *
 * An export starts when a batch is full or `scheduledDelayMillis` after the first span. It waits for the
 * resource's pending attributes, as exporters must read them settled. It counts as failed if the
 * exporter reports so, throws, or takes longer than `exportTimeoutMillis`; its spans are not retried.
 */
export class ExporterSubscription implements Subscriber, ExporterHandle {
  readonly wantsOrphans = false;
  /**
   * Spans that may wait beyond `maxQueueSize`, while the cache flushes because somebody waits for the export:
   * as many as the cache itself may hold, so that an exporter which keeps up loses none of them.
   */
  extraRoom = 0;
  readonly #exporter: SpanExporter;
  readonly #options: Required<ExporterOptions>;
  readonly #detach: (subscriber: ExporterSubscription) => void;
  readonly #overflow = new Episode();
  readonly #failures = new Episode();
  readonly #slowness = new Episode();
  readonly #queue: ReadableSpan[] = [];
  #exporting: Promise<void> | undefined;
  #exportingSpans = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  /** The time limits of the attempts under way. */
  readonly #limits = new Set<NodeJS.Timeout>();
  /** How many wait for exports right now. */
  #waiting = 0;
  #delivered = 0;
  #dropped = 0;
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
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** While it exports, and the next batch is complete. */
  get busy(): boolean {
    return this.#exporting !== undefined && this.#queue.length >= this.#options.maxExportBatchSize;
  }

  deliverSpans(spans: readonly DeliveredSpan[]): void {
    const sampled = spans.filter(isForExport);
    if (!this.#fits(sampled.length)) {
      this.#dropped += sampled.length;
      this.#overflow.report('the queue of an exporter is full; its spans are dropped');
      return;
    }
    this.#queue.push(...sampled);
    this.#schedule();
  }

  /** Exporters take spans only. */
  deliverOrphans(): void {}

  forceFlush(): Promise<void> {
    return this.#awaited(async () => {
      await this.#exportQueued();
      await this.#attempt(() => this.#exporter.forceFlush?.());
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
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
      dropped: this.#dropped,
      droppedOrphans: 0,
      queued: this.#queue.length + this.#exportingSpans,
      failed: this.#failed,
      errors: this.#errors,
    };
  }

  /** Spans whose export is over, whatever came of it. */
  get #exported(): number {
    return this.#delivered + this.#failed;
  }

  #fits(size: number): boolean {
    const { length } = this.#queue;
    return length === 0 || length + size <= this.#options.maxQueueSize + this.extraRoom;
  }

  async #close(): Promise<void> {
    this.#detach(this);
    await this.#awaited(async () => {
      await this.#exportQueued();
      this.#giveUpQueued();
      await this.#attempt(() => this.#exporter.shutdown());
    });
  }

  /**
   * Exports what is queued now. No export begins later than `exportTimeoutMillis` from now, so an exporter
   * that does not answer is waited for twice as long at most.
   */
  async #exportQueued(): Promise<void> {
    const deadline = performance.now() + this.#options.exportTimeoutMillis;
    const until = this.#exported + this.#exportingSpans + this.#queue.length;
    while (this.#exported < until && performance.now() < deadline) await this.#exportNext();
    if (this.#exported < until) this.#slowness.report('an exporter was waited for in vain; spans are left');
    else this.#slowness.end();
  }

  #giveUpQueued(): void {
    const left = this.#queue.splice(0).length;
    if (left === 0) return;
    this.#failed += left;
    this.#fail(new Error(`closed before the last ${left} spans could be exported`));
  }

  #schedule(): void {
    if (this.#exporting !== undefined || this.closed || this.#queue.length === 0) return;
    if (this.#queue.length >= this.#options.maxExportBatchSize) {
      void this.#exportNext();
    } else {
      this.#timer ??= setTimeout(() => void this.#exportNext(), this.#options.scheduledDelayMillis);
      this.#timer.unref();
    }
  }

  /** Exports the next batch, or waits for the export under way. Never rejects. */
  #exportNext(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#exporting ??= this.#exportBatch().finally(() => {
      this.#exporting = undefined;
      this.#schedule();
    });
    return this.#exporting;
  }

  /** Called only while spans are queued. */
  async #exportBatch(): Promise<void> {
    const spans = this.#queue.splice(0, this.#options.maxExportBatchSize);
    this.#overflow.end();
    this.#exportingSpans = spans.length;
    const exported = await this.#attempt(async () => {
      await resourcesSettled(spans);
      await callExport(this.#exporter, spans);
    });
    this.#exportingSpans = 0;
    if (exported) {
      this.#delivered += spans.length;
      this.#failures.end();
    } else {
      this.#failed += spans.length;
    }
  }

  /** Runs exporter code, untraced and within the time limit; returns whether it succeeded. */
  async #attempt(code: () => Promise<void> | undefined): Promise<boolean> {
    const { promise: timeout, timer } = rejectAfter(this.#options.exportTimeoutMillis);
    if (this.#waiting === 0) timer.unref();
    this.#limits.add(timer);
    try {
      await Promise.race([untraced(code), timeout]);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      clearTimeout(timer);
      this.#limits.delete(timer);
    }
  }

  /** Runs what somebody waits for: meanwhile the time limit of an export keeps the process alive. */
  async #awaited(code: () => Promise<void>): Promise<void> {
    this.#waiting++;
    for (const timer of this.#limits) timer.ref();
    try {
      await code();
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) for (const timer of this.#limits) timer.unref();
    }
  }

  #fail(error: unknown): void {
    this.#errors++;
    this.#failures.report('an export failed; its spans are dropped', error);
  }
}

/** Exporters get sampled spans, and each one once. */
function isForExport(span: DeliveredSpan): boolean {
  return isSampled(span.spanContext()) && !span.revision;
}

function rejectAfter(millis: number): { promise: Promise<never>; timer: NodeJS.Timeout } {
  let reject: (error: Error) => void;
  const promise = new Promise<never>((_, rejectPromise) => (reject = rejectPromise));
  const timer = setTimeout(() => reject(new Error(`timed out after ${millis} ms`)), millis);
  return { promise, timer };
}

/** Exporters read `resource.attributes`, which the SDK wants to be awaited first. */
async function resourcesSettled(spans: readonly ReadableSpan[]): Promise<void> {
  const pending = new Set(
    spans.map(({ resource }) => resource).filter((resource) => resource?.asyncAttributesPending),
  );
  await Promise.all([...pending].map((resource) => resource.waitForAsyncAttributes?.()));
}

function callExport(exporter: SpanExporter, spans: ReadableSpan[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // An `async export()` is not foreseen, but written: nobody else takes care of its rejection.
    const returned: unknown = exporter.export(spans, (result?: ExportResult) => {
      if (result?.code === 0) resolve();
      else reject(result?.error ?? new Error('the exporter reported a failure'));
    });
    Promise.resolve(returned).catch(reject);
  });
}
