import type { ReadableSpan } from '../model/otel.js';
import { buildTraces, type Trace } from '../trace/trace.js';
import { expectation } from '../support/option.js';
import { formatTraceOptions, type FormatTraceOptions } from './format-options.js';
import { paintColors, paintNothing } from './styles.js';
import { paint } from './text.js';
import { TraceText } from './trace-text.js';

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
 * @throws TypeError or RangeError naming the option that is wrong, what was expected and what was given
 */
export function formatTrace(trace: Trace | readonly ReadableSpan[], options?: FormatTraceOptions): string {
  const resolved = formatTraceOptions(options);
  const painter = resolved.colors ? paintColors : paintNothing;
  return tracesOf(trace)
    .map((each) => new TraceText(each, resolved).lines())
    .map((lines) => lines.map((line) => paint(line, painter)).join('\n'))
    .join('\n\n');
}

function tracesOf(trace: Trace | readonly ReadableSpan[]): Trace[] {
  if (Array.isArray(trace)) return buildTraces(trace);
  const { roots } = Object(trace) as Partial<Trace>;
  if (!Array.isArray(roots)) {
    throw new TypeError(expectation('trace', 'a Trace or an array of spans', trace));
  }
  return roots.length > 0 ? [trace as Trace] : [];
}
