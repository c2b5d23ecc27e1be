import type { ReadableSpan } from '../../model/otel.js';
import type { EventCounters, SpanCounters } from '../counters.js';
import type { Driver } from '../driver/driver.js';
import type { Clock } from '../driver/clock.js';
import type { EmittedRecordPool, Envelope } from '../driver/emitted-record-pool.js';
import type { PassedItems } from '../driver/passed-items.js';
import type { BoundedQueue } from '../queue/bounded-queue.js';
import type { OpenSpans } from '../reconcile/open-spans.js';
import type { SpansRecordedHere } from '../sampling/spans-recorded-here.js';
import type { FilterControl } from './filter/filter-control.js';
import type { Gate } from './gate.js';
import type { HookObservers } from './hook-observers.js';
import type { OwnSpans } from './own-spans.js';

/** The parts of a cache that its intakes, and the classes in front of them, share. */
export interface IntakeParts {
  readonly gate: Gate;
  readonly filter: FilterControl;
  readonly own: OwnSpans;
  readonly observers: HookObservers;
  readonly recordedHere: SpansRecordedHere;
  readonly openSpans: OpenSpans | undefined;
  readonly clock: Clock;
  readonly spans: BoundedQueue<ReadableSpan>;
  readonly events: BoundedQueue<Envelope>;
  readonly records: EmittedRecordPool;
  readonly passed: PassedItems;
  readonly driver: Driver;
  readonly spanCounters: SpanCounters;
  readonly eventCounters: EventCounters;
}
