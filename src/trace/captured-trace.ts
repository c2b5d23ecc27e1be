import { inspect } from '../model/inspect-span.js';
import type { CapturedNode, CapturedSpan, CapturedTrace } from './captured-span.js';
import { treeLines } from './outline.js';
import { formatDuration } from './text/duration.js';
import { printable } from './text/printable.js';
import { buildTree } from './tree.js';
import { mapTree } from './walk.js';

/** Maximum number of lines of a tree in a message. */
const MAX_LINES = 40;

/** Builds the tree of one trace, of at least one span. The spans are in start order. */
export function toCapturedTrace(spans: readonly CapturedSpan[]): CapturedTrace {
  const roots = buildTree(spans, { id: ({ spanId }) => spanId, parentId: ({ parentSpanId }) => parentSpanId });
  const trace: CapturedTrace = {
    traceId: spans[0]!.traceId,
    roots: Object.freeze(mapTree(roots, ({ item }, children: CapturedNode[]) => capturedNode(item, children))),
    spans: Object.freeze(spans),
  };
  // Not enumerable, so that comparing and copying see a plain object.
  Object.defineProperty(trace, inspect, { value: showTrace });
  return Object.freeze(trace);
}

export function capturedNode(span: CapturedSpan, children: readonly CapturedNode[]): CapturedNode {
  return Object.freeze({ ...span, children: Object.freeze(children) });
}

/** The text of a trace for `console.log()`. */
function showTrace(this: CapturedTrace): string {
  return [`CapturedTrace ${printable(this.traceId)}`, ...traceLines(this)].join('\n  ');
}

/** The spans of a trace as a tree, one per line, with kinds, durations and errors; open spans are marked. */
export function traceLines({ roots, spans }: CapturedTrace): string[] {
  return treeLines(roots, spanLine, MAX_LINES, spans.length);
}

export function spanLine(span: CapturedSpan): string {
  const parts = [printable(span.name)];
  if (span.kind !== 'internal') parts.push(span.kind);
  if (span.status === 'error') parts.push(`✗ ${printable(span.statusMessage) || 'error'}`);
  parts.push(span.durationMillis === undefined ? '⋯ open' : formatDuration(span.durationMillis * 1e6));
  return parts.join('  ');
}
