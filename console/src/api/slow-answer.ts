import type { QueryContract, StacksContract } from '../engine/contract.js';
import type { TracedSpan } from '../analysis/path-times.js';
import { slowAgainstNormal } from '../analysis/slow-against-normal.js';
import type { Budget } from './budget.js';
import type { Scan } from './scan.js';
import { spanTest } from './span-test.js';
import type { Slow } from './schemas.js';

/** The spans to divide into slow and normal ones: the spans of one stack, or the local roots of traces. */
export function spansToCompare(
  scan: Scan,
  query: QueryContract,
  stacks: StacksContract,
  { stack, budget }: { readonly stack: number | undefined; readonly budget: Budget },
): TracedSpan[] {
  const traced: TracedSpan[] = [];
  if (stack === undefined) {
    for (const trace of scan.matching(query)) traced.push({ span: trace.root, trace });
    return traced;
  }
  const matches = spanTest(query, budget);
  for (const trace of scan.traces()) {
    for (const span of trace.spans) {
      if (stacks.stackOf(span) === stack && matches(span, trace)) traced.push({ span, trace });
    }
  }
  return traced;
}

/** Share of the spans that are slow if no duration is given. */
const SLOW_SHARE = 0.05;

/** @param slowerThan milliseconds; spans at least this long are slow. Default: about the 95th percentile */
export function compareSlow(
  spans: readonly TracedSpan[],
  slowerThan = slowFrom(spans.map(({ span }) => span.duration)),
): Omit<Slow, 'coverage' | 'partial'> {
  const slow = spans.filter(({ span }) => span.duration >= slowerThan);
  const normal = spans.filter(({ span }) => span.duration < slowerThan);
  return { slowerThan, ...slowAgainstNormal(slow, normal) };
}

/**
 * The 95th percentile. If that is also the shortest duration, the next longer one, so that some spans are normal. If
 * all durations are equal, a longer one, so that no span is slow.
 */
function slowFrom(durations: readonly number[]): number {
  const sorted = Float64Array.from(durations).sort();
  const high = sorted[Math.ceil(sorted.length * (1 - SLOW_SHARE)) - 1] ?? 0;
  if (high !== sorted[0]) return high;
  return sorted.find((duration) => duration > high) ?? high * (1 + SLOW_SHARE) + Number.MIN_VALUE;
}
