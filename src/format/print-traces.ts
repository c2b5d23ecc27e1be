import process from 'node:process';
import { expectation } from '../support/option.js';
import { guarded } from '../support/report.js';
import { printBeforeEnd } from '../support/stderr.js';
import { printerOptions, type PrintTracesOptions, type TracePrinting } from './print-traces-options.js';
import { TracePrinter, type TraceSource } from './trace-printer.js';

/**
 * Prints each whole trace of a cache until the returned handle is closed, by default as a tree to standard error. The
 * first line contains the service and the process id.
 *
 * ```ts
 * printTraces(cache, { only: { errors: true }, format: 'json' });
 * ```
 *
 * A trace is printed once it is whole, or once it stops waiting: see `SpanCache.subscribeToTraces()`. When
 * the process exits, all waiting traces are printed.
 *
 * Up to 16 MiB are buffered for a slow reader of standard error; further traces are only counted. If standard error
 * cannot be written to, for instance because its reader has exited, the process stays alive and nothing more is
 * printed.
 *
 * @throws TypeError if `cache` is not a cache, for an unknown option or a value of the wrong type
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

const onExit = guarded('printing at the end of the process', () => {
  printBeforeEnd();
  for (const printer of printers) for (const trace of printer.take()) printer.printNow(trace);
});
