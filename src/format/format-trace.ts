import type { CapturedSpan, CapturedTrace } from '../trace/captured-span.js';
import { requireTraces, spanTraceOf, type DeliveredSpans } from '../trace/traces-in.js';
import { formatTraceOptions, type FormatTraceOptions } from './format-options.js';
import { paintColors, paintNothing } from './styles.js';
import { paint } from './text.js';
import { TraceText } from './trace-text.js';

/**
 * Formats a trace as a tree for the terminal.
 *
 * Each span has a line with its duration, its bar on the timeline, its name, its kind and its error. Below it are its
 * notable attributes and its events, including log events, each with its offset from the start of the trace. Spans
 * whose parent is missing are drawn below a gap with the parent's id. Spans of several traces are drawn as several
 * trees.
 *
 * Control characters and other unprintable characters are escaped, so that telemetry cannot move the cursor or forge
 * lines.
 *
 * ```ts
 * for (const trace of store.traces()) {
 *   console.log(formatTrace(trace, { colors: process.stdout.hasColors?.() ?? false }));
 * }
 * ```
 *
 * @returns lines without a line break at the end; `''` if there is no span
 * @throws TypeError for a value without spans, an unknown option, or an option of the wrong type
 * @throws RangeError for an option out of range
 */
export function formatTrace(trace: DeliveredSpans, options?: FormatTraceOptions): string;
/** Formats spans that a test captured. */
export function formatTrace(
  trace:
    | { readonly spans: readonly CapturedSpan[] }
    | CapturedTrace
    | CapturedSpan
    | readonly CapturedTrace[]
    | readonly CapturedSpan[],
  options?: FormatTraceOptions<CapturedSpan>,
): string;
export function formatTrace(trace: unknown, options?: FormatTraceOptions<never>): string {
  const resolved = formatTraceOptions(options as FormatTraceOptions);
  const painter = resolved.colors ? paintColors : paintNothing;
  return requireTraces('trace', trace)
    .map((each) => new TraceText(spanTraceOf(each), resolved).lines())
    .map((lines) => lines.map((line) => paint(line, painter)).join('\n'))
    .join('\n\n');
}
