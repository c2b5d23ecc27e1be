import process from 'node:process';
import { expectation } from '../support/option.js';
import { guarded } from '../support/report.js';
import { printBeforeEnd } from '../support/stderr.js';
import { printerOptions, type PrintTracesOptions, type TracePrinting } from './print-traces-options.js';
import { TracePrinter, type TraceSource } from './trace-printer.js';

/**
 * Prints each whole trace of a cache, until what this returns is closed: by default as a tree to standard error. The first
 * line names the service and the process.
 *
 * ```ts
 * printTraces(cache, { only: { errors: true }, format: 'json' });
 * ```
 *
 * A trace is printed when it is whole, or as far as it has come: see `SpanCache.subscribeToTraces()`. While standard
 * error is printed to, the process survives that it cannot be written to, such as when its reader has left; nothing more is printed then.
 * What a slow reader has not taken may be 16 MiB; further traces are counted. When the process exits, what waits is printed as it is.
 *
 * @throws TypeError for what is no cache, an unknown option or a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function printTraces(cache: TraceSource, options?: PrintTracesOptions): TracePrinting {
  if (typeof (cache as Partial<TraceSource> | null | undefined)?.subscribeToTraces !== 'function') {
    throw new TypeError(expectation('cache', 'a SpanCache', cache));
  }
  const printer = new TracePrinter(cache, printerOptions(options));
  printAtExit(printer);
  return printer;
}

const printers = new Set<TracePrinter>();

function printAtExit(printer: TracePrinter): void {
  if (printers.size === 0) process.once('exit', onExit);
  for (const each of printers) if (each.closed) printers.delete(each);
  printers.add(printer);
}

const onExit = guarded('printing at the exit of the process', () => {
  printBeforeEnd();
  for (const printer of printers) for (const trace of printer.take()) printer.printNow(trace);
});
