import type { ReadableSpan } from '../../model/otel.js';
import type { EventCounters, SpanCounters } from '../counters.js';
import type { Driver } from '../driver/driver.js';
import type { EmittedRecordPool, Envelope } from '../driver/emitted-record-pool.js';
import type { PassedItems } from '../driver/passed-items.js';
import type { BoundedQueue } from '../queue/bounded-queue.js';
import type { FilterControl } from './filter/filter-control.js';
import type { Gate } from './gate.js';
import type { OwnSpans } from './own-spans.js';

/** The parts of a cache that its intakes share. */
export interface IntakeParts {
  readonly gate: Gate;
  readonly filter: FilterControl;
  readonly own: OwnSpans;
  readonly spans: BoundedQueue<ReadableSpan>;
  readonly events: BoundedQueue<Envelope>;
  readonly records: EmittedRecordPool;
  readonly passed: PassedItems;
  readonly driver: Driver;
  readonly spanCounters: SpanCounters;
  readonly eventCounters: EventCounters;
}
