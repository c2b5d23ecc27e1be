import { formatDuration } from '../../trace/text/duration.js';
import { printable } from '../../trace/text/printable.js';
import { treeLines } from '../../trace/tree-lines.js';
import type { CapturedNode, CapturedTrace } from '../captured.js';

/** Lines of one tree in a message. */
const MAX_LINES = 40;

/** A trace in a few lines: names, kinds, durations, what failed, what is still open. */
export function traceLines(trace: CapturedTrace): string[] {
  const lines = treeLines(trace.roots, spanLine, MAX_LINES);
  const hidden = trace.spans.length - lines.length;
  return hidden > 0 ? [...lines, `⋯ ${hidden} more`] : lines;
}

/** A span on one line. */
export function spanLine(span: CapturedNode | CapturedTrace['spans'][number]): string {
  const parts = [printable(span.name)];
  if (span.kind !== 'internal') parts.push(span.kind);
  if (span.status === 'error') parts.push(`✗ ${printable(span.statusMessage) || 'error'}`);
  parts.push(span.durationMillis === undefined ? '⋯ open' : formatDuration(span.durationMillis * 1e6));
  return parts.join('  ');
}
