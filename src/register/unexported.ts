import { counted } from '../model/text-of.js';

/** An exporter of spans or of log records. */
interface Exporter {
  export(items: readonly unknown[], done: (result: { readonly code: number }) => void): void;
}

/**
 * Counts items that were passed to exporters and have not been exported.
 *
 * It wraps the exporters' `export()`, because processors expose no such counter.
 */
export class Unexported {
  readonly #watched = new WeakSet<object>();
  #pending = 0;
  #failed = 0;

  /** Items being exported, and items whose export has failed since `forgetFailures()`. */
  get count(): number {
    return this.#pending + this.#failed;
  }

  forgetFailures(): void {
    this.#failed = 0;
  }

  /** Counts the items of an exporter. Any other value is ignored. */
  watch(exporter: unknown): void {
    if (!isExporter(exporter) || this.#watched.has(exporter)) return;
    this.#watched.add(exporter);
    const exportItems = exporter.export.bind(exporter);
    exporter.export = (items, done) => {
      const settle = this.#given(items.length);
      try {
        exportItems(items, (result) => {
          settle(result?.code === 0);
          done(result);
        });
      } catch (error) {
        settle(false);
        throw error;
      }
    };
  }

  #given(count: number): (exported: boolean) => void {
    let isSettled = false;
    this.#pending += count;
    return (exported) => {
      if (isSettled) return;
      isSettled = true;
      this.#pending -= count;
      if (!exported) this.#failed += count;
    };
  }
}

function isExporter(exporter: unknown): exporter is Exporter {
  return typeof (exporter as Partial<Exporter> | undefined)?.export === 'function';
}

/** The items that were not exported: `3 spans, 1 log record`; empty if there are none. */
export function unexportedText(unexported: { readonly spans: Unexported; readonly logRecords: Unexported }): string {
  const counts = [
    [unexported.spans.count, 'span'],
    [unexported.logRecords.count, 'log record'],
  ] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => counted(count, what))
    .join(', ');
}
