import { expectation } from '../support/option.js';
import type { CapturedSpan, CapturedTrace } from '../trace/captured-span.js';
import { adviceOn, spanTraceOf, tracesIn, type DeliveredSpans } from '../trace/traces-in.js';
import { formatTraceOptions, type FormatTraceOptions } from './format-options.js';
import { paintColors, paintNothing } from './styles.js';
import { paint } from './text.js';
import { TraceText } from './trace-text.js';

const EXPECTED = 'a Trace, spans, a store, a batch, or the scope, run, traces or spans of a test';

/**
 * A trace as a tree for the terminal: what happened, when, for how long, and what went wrong.
 *
 * One line per span with its duration, its share of the trace's time, its name, its kind and its error;
 * below it the attributes that matter, and its events, log events among them, each at its offset from the
 * trace's start. Spans whose parent is not there stand below a gap that names it. Spans of several traces
 * give several trees, one below the other.
 *
 * The text comes from telemetry, so control characters and the like are escaped: a span can neither move
 * the cursor nor forge a line.
 *
 * ```ts
 * for (const trace of store.traces()) {
 *   console.log(formatTrace(trace, { colors: process.stdout.hasColors?.() ?? false }));
 * }
 * ```
 *
 * @returns lines without a line break at the end; `''` if there is no span
 * @throws TypeError or RangeError naming what is wrong, what was expected and what was given
 */
export function formatTrace(trace: DeliveredSpans, options?: FormatTraceOptions): string;
/** The same of what a test captured: of a scope or a run, of its traces and its spans. */
export function formatTrace(
  trace: { readonly spans: readonly CapturedSpan[] } | CapturedTrace | CapturedSpan | readonly CapturedTrace[] | readonly CapturedSpan[],
  options?: FormatTraceOptions<CapturedSpan>,
): string;
export function formatTrace(trace: unknown, options?: FormatTraceOptions<never>): string {
  const resolved = formatTraceOptions(options);
  const traces = tracesIn(trace);
  if (traces === undefined) throw new TypeError(expectation('trace', EXPECTED, trace) + adviceOn(trace));
  const painter = resolved.colors ? paintColors : paintNothing;
  return traces
    .map((each) => new TraceText(spanTraceOf(each), resolved).lines())
    .map((lines) => lines.map((line) => paint(line, painter)).join('\n'))
    .join('\n\n');
}
