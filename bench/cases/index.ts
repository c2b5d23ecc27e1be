import type { BenchCase } from '../case.js';
import { batchSize } from './batch-size.js';
import { CONSOLE_CASES } from './console/cases.js';
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
import { sampling } from './sampling.js';
import { simple, simpleAllocation } from './simple.js';
import { storeBytes } from './store/bytes.js';
import { storeGrowth } from './store/growth.js';
import { storeTails } from './store/tails.js';
import { storeTime } from './store/time.js';
import { testing } from './testing.js';
import { threads } from './threads.js';
import { wholeSpan } from './whole-span.js';

/** Benchmarks of the cache, in the order of the table of docs/performance.md. */
export const CORE_CASES: readonly BenchCase[] = [
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
  storeBytes,
  storeTime,
  storeTails,
  storeGrowth,
  openSpans,
  sampling,
  threads,
  testing,
  http,
  batchSize,
  eventsPerSpan,
  liveParents,
];

/** All benchmarks. The ones of the console need its build. */
export const CASES: readonly BenchCase[] = [...CORE_CASES, ...CONSOLE_CASES];
