import type { Slow } from '../api/schemas.js';
import { withoutCalls } from './analyse-trace.js';
import { attributeDifferences } from './attribute-differences.js';
import { repeatedCalls } from './n-plus-one.js';
import { slowerPaths, type TracedSpan } from './path-times.js';
import { buildRowTree } from './row-tree.js';

const MAX_EXAMPLES = 5;

/** Maximum number of traces searched for repeated calls. */
const MAX_TRACES = 50;
const MAX_SPANS = 20_000;
const MAX_REPEATED = 10;

/**
 * Explains why some spans are slow: attribute values that are rarer in the other spans, paths below that take more
 * time, and calls repeated in their traces.
 *
 * The attributes of all spans are compared; paths and repeated calls come from a bounded sample.
 */
export function slowAgainstNormal(
  slow: readonly TracedSpan[],
  normal: readonly TracedSpan[],
): Omit<Slow, 'coverage' | 'partial' | 'slowerThan'> {
  return {
    slow: slow.length,
    normal: normal.length,
    differences: attributeDifferences(
      slow.map(({ span }) => span),
      normal.map(({ span }) => span),
    ),
    paths: slowerPaths(slow, normal),
    nPlusOne: repeatedIn(slow),
    examples: { slow: slowestOf(slow), normal: traceIds(normal) },
  };
}

function repeatedIn(slow: readonly TracedSpan[]): Slow['nPlusOne'] {
  const found: Slow['nPlusOne'] = [];
  let read = 0;
  for (const trace of [...new Set(slow.map((traced) => traced.trace))].slice(0, MAX_TRACES)) {
    if (read > 0 && read + trace.spans.length > MAX_SPANS) break;
    read += trace.spans.length;
    for (const call of repeatedCalls(buildRowTree(trace.spans))) {
      found.push({ ...withoutCalls(call), traceId: trace.traceId });
    }
  }
  return found.sort((a, b) => b.duration - a.duration).slice(0, MAX_REPEATED);
}

function slowestOf(slow: readonly TracedSpan[]): string[] {
  return traceIds(slow.toSorted((a, b) => b.span.duration - a.span.duration));
}

/** Ids of the first traces, each once. */
function traceIds(spans: readonly TracedSpan[]): string[] {
  const ids = new Set<string>();
  for (const { span } of spans) {
    if (ids.size === MAX_EXAMPLES) break;
    ids.add(span.traceId);
  }
  return [...ids];
}
