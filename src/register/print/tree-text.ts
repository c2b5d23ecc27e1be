import { formatTrace } from '../../format/format-trace.js';
import { printable } from '../../trace/text/printable.js';
import type { ReadableSpan } from '../../model/otel.js';
import { terminalOptions } from './stderr.js';

/** Spans of one trace as a tree for standard error, or a line with the reason why they cannot be shown. Never throws. */
export function treeText(traceId: string, spans: readonly ReadableSpan[]): string {
  try {
    return `${formatTrace(spans, terminalOptions())}\n`;
  } catch (error) {
    return `otel-span-cache: trace ${printable(traceId)} cannot be shown (spans: ${spans.length}): ${printable(error)}`;
  }
}
