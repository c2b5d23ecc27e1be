import { estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { DeliveredSpan } from '../../model/merged-span.js';

const known = new WeakMap<readonly DeliveredSpan[], readonly number[]>();

/**
 * About how many bytes each span of a batch keeps alive.
 *
 * Worked out once for a list, however many subscribers keep it, and only when the first one does: a batch that goes
 * straight to its reader is never looked into. A list that a subscriber has changed since is looked into again.
 */
export function sizesOf(spans: readonly DeliveredSpan[]): readonly number[] {
  let sizes = known.get(spans);
  if (sizes?.length !== spans.length) {
    sizes = spans.map(estimatedSpanBytes);
    known.set(spans, sizes);
  }
  return sizes;
}
