import type { Handle } from '../support/handle.js';
import { ofType, oneOf, resolveOptions, type OptionsOf } from '../support/option.js';
import { WHOLE_TRACE_OPTIONS, type WholeTraceOptions } from '../trace/whole-trace-options.js';
import { FORMAT_OPTIONS, type FormatTraceOptions } from './format-options.js';
import { checkTraceFilter, type TraceFilter } from './trace-filter.js';

/** Which traces are printed, how, and when a trace counts as whole. */
export interface PrintTracesOptions extends FormatTraceOptions, WholeTraceOptions {
  /** Print only traces for which all of this holds. Default `{}`: all traces. */
  only?: TraceFilter;
  /**
   * - `'tree'`: as `formatTrace()` draws it, and an empty line
   * - `'json'`: one line of JSON for each trace
   *
   * Default `'tree'`.
   */
  format?: 'tree' | 'json';
  /**
   * Writes the text of a trace, which ends in a line break. May return a promise: the next trace then waits for it. A
   * trace for which it throws or rejects is counted. Default: standard error, in the colours and the width of the terminal.
   */
  write?: (text: string) => unknown;
}

/** Prints until it is closed. Works with `using`. */
export interface TracePrinting extends Handle {
  /** The counters at this moment. */
  stats(): TracePrintingStats;
}

/** What became of the traces since printing began. */
export interface TracePrintingStats {
  /** Traces printed. */
  readonly printed: number;
  /** Traces that `only` left out, and those of nothing but a connection. */
  readonly filtered: number;
  /** Spans of traces that could not be written: the reader of standard error is too slow or has left, or `write` failed. */
  readonly unwrittenSpans: number;
  /** Traces that wait to be whole. */
  readonly waiting: number;
  /** Traces that were not complete when they were printed or left out. */
  readonly incomplete: number;
  /** Of those, those for which there was no room. */
  readonly evicted: number;
}

/** Resolved, except for what the terminal says each time. */
export interface PrinterOptions {
  readonly only: NonNullable<PrintTracesOptions['only']>;
  readonly format: NonNullable<PrintTracesOptions['format']>;
  readonly write: ((text: string) => unknown) | undefined;
  readonly tree: FormatTraceOptions;
  readonly whole: WholeTraceOptions;
}

const ALL: OptionsOf<PrintTracesOptions> = {
  // What is inside of it is checked by `checkTraceFilter()`.
  only: ofType('an object', () => true, {}),
  format: oneOf<'tree' | 'json'>('tree', 'json'),
  write: ofType('a function', (value) => typeof value === 'function'),
  ...FORMAT_OPTIONS,
  ...WHOLE_TRACE_OPTIONS,
};

/**
 * @throws TypeError for an unknown option and for a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function printerOptions(options: PrintTracesOptions = {}): PrinterOptions {
  const { only, format, write, settleMillis, timeoutMillis, maxSpans, maxBytes } = resolveOptions(ALL, options);
  const given = Object.entries(options).filter(([name, value]) => Object.hasOwn(FORMAT_OPTIONS, name) && value !== undefined);
  const whole = { settleMillis, timeoutMillis, maxSpans, maxBytes };
  checkTraceFilter(only);
  return { only, format, write, tree: Object.fromEntries(given), whole };
}
