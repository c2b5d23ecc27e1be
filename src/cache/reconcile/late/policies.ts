import type { Outcomes, KeepLimits } from '../outcomes.js';
import type { WaitingBuckets } from '../waiting-buckets.js';
import { AmendSpans } from './amend.js';
import { HoldSpans } from './hold.js';
import { LatePolicy, type LateEvents } from './policy.js';

export interface LateOptions extends KeepLimits {
  readonly lateEvents: LateEvents;
  readonly maxParkedSpans: number;
}

/** The policy that the option `lateEvents` names. */
export function latePolicy(options: LateOptions, outcomes: Outcomes, parked: WaitingBuckets): LatePolicy {
  const { lateEvents } = options;
  if (typeof lateEvents === 'object') return new HoldSpans(outcomes, parked, lateEvents.holdMillis, options);
  if (lateEvents === 'amend') return new AmendSpans(outcomes, parked, options);
  return new LatePolicy(outcomes, parked, lateEvents === 'drop');
}
