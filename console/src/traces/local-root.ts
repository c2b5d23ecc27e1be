import type { TraceInProgress } from './trace-in-progress.js';

/**
 * Whether the local root of a trace has arrived: a span without a parent, or with a remote parent that has not arrived.
 *
 * A service can call itself. The remote parent then ends in the same process, soon after its child, and the parent of a
 * span that started earlier may still be missing. So a span with a remote parent is the local root only if no span that
 * started before it lacks a parent in its own process.
 */
export function hasLocalRoot(trace: TraceInProgress): boolean {
  if (trace.hasRoot || !trace.hasRemote) return trace.hasRoot;
  let [hasRemote, rootStart, earliestStart] = [false, Infinity, Infinity];
  for (const { parentSpanId, parentIsRemote, start } of trace.spans) {
    if (parentSpanId === undefined || trace.placeOf(parentSpanId) >= 0) continue;
    if (!parentIsRemote) earliestStart = Math.min(earliestStart, start);
    else {
      hasRemote = true;
      rootStart = Math.min(rootStart, start);
    }
  }
  // Negated, so that it holds even if a start cannot be read.
  return hasRemote && !(earliestStart < rootStart);
}
