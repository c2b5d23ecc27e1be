/** What is called of an exporter of either signal. */
interface Exporter {
  export(items: readonly unknown[], done: (result: { readonly code: number }) => void): void;
}

/**
 * Counts what exporters were given and have not exported.
 *
 * It counts inside of them, by their own `export()`: processors have no number to ask for.
 */
export class Unexported {
  readonly #watched = new WeakSet<object>();
  #pending = 0;
  #failed = 0;

  /** Those not exported yet, and those of which the export has failed since `forgetFailures()`. */
  get count(): number {
    return this.#pending + this.#failed;
  }

  forgetFailures(): void {
    this.#failed = 0;
  }

  /** Counts an exporter's items, if it is one. */
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

/** How much was not exported: `3 spans, 1 log record`; empty if nothing is known of any. */
export function unexportedText(unexported: { readonly spans: Unexported; readonly logRecords: Unexported }): string {
  const counts = [[unexported.spans.count, 'span'], [unexported.logRecords.count, 'log record']] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}${count === 1 ? '' : 's'}`)
    .join(', ');
}
