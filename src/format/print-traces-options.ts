import type { Handle } from '../support/handle.js';
import { oneOf, resolveOptions, type Option, type OptionsOf } from '../support/option.js';
import type { WholeTraceOptions } from '../trace/whole-trace-options.js';
import { FORMAT_OPTIONS, type FormatTraceOptions } from './format-options.js';
import { isTraceFilter, type TraceFilter } from './trace-filter.js';

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
   * Writes the text of a trace, which ends in a line break; returns false if it did not. Default: standard error, in the
   * colours and the width of the terminal.
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
  /** Spans of traces that could not be written: the reader of standard error is too slow, or has left. */
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
  /** Returns false if the text was not written. */
  readonly write: ((text: string) => unknown) | undefined;
  readonly tree: FormatTraceOptions;
  readonly whole: WholeTraceOptions;
}

/** Left to what checks and fills in the same option elsewhere. */
const elsewhere: Option<undefined> = { fallback: undefined, expected: '', type: () => true, inRange: () => true };

type OwnOptions = Pick<PrintTracesOptions, 'only' | 'format' | 'write'>;

const OWN: OptionsOf<OwnOptions> = {
  only: {
    fallback: {},
    expected: 'an object with errors, slowerThanMillis and name, such as { errors: true, slowerThanMillis: 200, name: /orders/ }',
    type: isTraceFilter,
    inRange: () => true,
  },
  format: oneOf<'tree' | 'json'>('tree', 'json'),
  write: {
    fallback: undefined as never,
    expected: 'a function',
    type: (value) => typeof value === 'function',
    inRange: () => true,
  },
};

const OF_TREES = Object.keys(FORMAT_OPTIONS);
const OF_WHOLE_TRACES = ['settleMillis', 'timeoutMillis', 'maxSpans', 'maxBytes'];
const ALL = { ...OWN, ...FORMAT_OPTIONS, ...Object.fromEntries(OF_WHOLE_TRACES.map((option) => [option, elsewhere])) };

/**
 * @throws TypeError for an unknown option and for a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function printerOptions(options: PrintTracesOptions | undefined = {}): PrinterOptions {
  const { only, format, write } = resolveOptions(ALL as OptionsOf<PrintTracesOptions>, options);
  return { only, format, write, tree: given(options, OF_TREES), whole: given(options, OF_WHOLE_TRACES) };
}

/** Of the options given, those of these names. */
function given(options: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => names.includes(name) && value !== undefined));
}
