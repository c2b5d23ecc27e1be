import type { Handle } from '../support/handle.js';
import { ofType, oneOf, resolveOptions, type OptionsOf } from '../support/option.js';
import { WHOLE_TRACE_OPTIONS, type WholeTraceOptions } from '../trace/whole-trace-options.js';
import { FORMAT_OPTIONS, type FormatTraceOptions } from './format-options.js';
import { checkTraceFilter, type TraceFilter } from './trace-filter.js';

/** Options of `printTraces()`. */
export interface PrintTracesOptions extends FormatTraceOptions, WholeTraceOptions {
  /** Prints only traces that meet all of these conditions. Default `{}`: no condition. */
  only?: TraceFilter;
  /**
   * The output format. Default `'tree'`.
   *
   * - `'tree'`: the text of `formatTrace()` and an empty line
   * - `'json'`: one line of JSON per trace
   */
  format?: 'tree' | 'json';
  /**
   * Writes the text of a trace, which ends in a line break. If it returns a promise, the next trace waits for it. If
   * it throws or rejects, the trace's spans are counted in `unwrittenSpans`. Default: writes to standard error, in the
   * colours and the width of the terminal.
   */
  write?: (text: string) => unknown;
}

/** A running `printTraces()`. Closing it stops the printing. Works with `using`. */
export interface TracePrinting extends Handle {
  /** Returns the current counters. */
  stats(): TracePrintingStats;
}

/** Counters of `printTraces()`, since it was called. */
export interface TracePrintingStats {
  /** Traces printed. */
  readonly printed: number;
  /** Traces excluded by `only`, and traces that only describe the opening of a connection. */
  readonly filtered: number;
  /** Spans that could not be written: the reader of standard error is too slow or has exited, or `write` failed. */
  readonly unwrittenSpans: number;
  /** Traces that wait for further spans. */
  readonly waiting: number;
  /** Traces that were incomplete when they were printed or filtered. */
  readonly incomplete: number;
  /** Incomplete traces that stopped waiting because of `maxSpans` or `maxBytes`. */
  readonly evicted: number;
}

/** Resolved options, without the colours and width of the terminal, which are read for each trace. */
export interface PrinterOptions {
  readonly only: NonNullable<PrintTracesOptions['only']>;
  readonly format: NonNullable<PrintTracesOptions['format']>;
  readonly write: ((text: string) => unknown) | undefined;
  readonly tree: FormatTraceOptions;
  readonly whole: WholeTraceOptions;
}

const ALL: OptionsOf<PrintTracesOptions> = {
  // Checked by `checkTraceFilter()`.
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
  const given = Object.entries(options).filter(
    ([name, value]) => Object.hasOwn(FORMAT_OPTIONS, name) && value !== undefined,
  );
  const whole = { settleMillis, timeoutMillis, maxSpans, maxBytes };
  checkTraceFilter(only);
  return { only, format, write, tree: Object.fromEntries(given), whole };
}
