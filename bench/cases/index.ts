import type { BenchCase } from '../case.js';
import { batchSize } from './batch-size.js';
import { eventsPerSpan } from './events-per-span.js';
import { eviction, evictionByHand } from './eviction.js';
import { fanOut } from './fan-out.js';
import { http } from './http.js';
import { idle } from './idle.js';
import { join } from './join.js';
import { liveParents } from './live-parents.js';
import { logEvent } from './log-event.js';
import { onEndAllocation } from './onend-allocation.js';
import { onEndDelivered } from './onend-delivered.js';
import { onEndSync } from './onend-sync.js';
import { openSpans } from './open-spans.js';
import { simple, simpleAllocation } from './simple.js';
import { wholeSpan } from './whole-span.js';

/** All benchmarks, in the order of the table. */
export const CASES: readonly BenchCase[] = [
  onEndSync,
  onEndDelivered,
  onEndAllocation,
  idle,
  wholeSpan,
  simple,
  simpleAllocation,
  logEvent,
  join,
  eviction,
  evictionByHand,
  fanOut,
  openSpans,
  http,
  batchSize,
  eventsPerSpan,
  liveParents,
];
