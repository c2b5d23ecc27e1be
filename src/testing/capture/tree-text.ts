import { formatDuration } from '../../format/duration.js';
import { printable } from '../../format/printable.js';
import type { CapturedNode, CapturedTrace } from '../captured.js';

/** Lines of one tree in a message. */
const MAX_LINES = 40;

/** A trace in a few lines: names, kinds, durations, what failed, what is still open. */
export function traceLines(trace: CapturedTrace): string[] {
  const lines: string[] = [];
  for (const root of trace.roots) addNode(root, '', '', lines);
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `⋯ ${trace.spans.length - MAX_LINES} more`];
}

/** A span on one line. */
export function spanLine(span: CapturedNode | CapturedTrace['spans'][number]): string {
  const parts = [printable(span.name)];
  if (span.kind !== 'internal') parts.push(span.kind);
  if (span.status === 'error') parts.push(`✗ ${printable(span.statusMessage) || 'error'}`);
  parts.push(span.durationMillis === undefined ? '⋯ open' : formatDuration(span.durationMillis * 1e6));
  return parts.join('  ');
}

/** Stops one line past the limit: the tree may be deeper than the call stack. */
function addNode(node: CapturedNode, branch: string, rails: string, lines: string[]): void {
  if (lines.length > MAX_LINES) return;
  lines.push(branch + spanLine(node));
  for (const [index, child] of node.children.slice(0, MAX_LINES).entries()) {
    const isLast = index === node.children.length - 1;
    addNode(child, rails + (isLast ? '└─ ' : '├─ '), rails + (isLast ? '   ' : '│  '), lines);
  }
}
