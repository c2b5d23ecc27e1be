import type { ExporterSubscription } from './exporter-subscription.js';

/** The exporters attached to a cache, which are flushed and closed together. */
export class AttachedExporters {
  readonly #exporters = new Set<ExporterSubscription>();
  readonly #flushAllowance: number;

  /** @param flushAllowance spans that a flush may deliver at once: as many as the cache itself may hold */
  constructor(flushAllowance: number) {
    this.#flushAllowance = flushAllowance;
  }

  add(exporter: ExporterSubscription): void {
    this.#exporters.add(exporter);
  }

  delete(exporter: ExporterSubscription): void {
    this.#exporters.delete(exporter);
  }

  /** Runs a delivery of which no exporter loses a span for want of room, however much the cache held. */
  takeAllOf(delivery: () => void): void {
    for (const exporter of this.#exporters) exporter.setFlushAllowance(this.#flushAllowance);
    delivery();
    for (const exporter of this.#exporters) exporter.setFlushAllowance(0);
  }

  /** Calls `forceFlush()` of all before it returns. */
  async forceFlush(): Promise<void> {
    await Promise.all([...this.#exporters].map((exporter) => exporter.forceFlush()));
  }

  /** Calls `close()` of all before it returns. */
  async close(): Promise<void> {
    await Promise.all([...this.#exporters].map((exporter) => exporter.close()));
  }
}
