import { estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { DeliveredSpan } from '../../model/merged-span.js';

const known = new WeakMap<readonly DeliveredSpan[], readonly number[]>();

/**
 * Estimated bytes that each span of a batch keeps alive.
 *
 * Computed lazily and cached per list: a batch that goes straight to its reader is never measured, and a batch that
 * several subscribers buffer is measured once. A list whose length has changed since is measured again.
 */
export function sizesOf(spans: readonly DeliveredSpan[]): readonly number[] {
  let sizes = known.get(spans);
  if (sizes?.length !== spans.length) {
    sizes = spans.map(estimatedSpanBytes);
    known.set(spans, sizes);
  }
  return sizes;
}
