import type { SpanContext } from '@opentelemetry/api';
import type { ReadableLogRecord } from '../model/otel.js';
import type { Batch } from '../queue/bounded-queue.js';
import { Pool } from '../queue/pool.js';
import type { EmittedRecord, SpanState } from '../reconcile/reconciler.js';

/** Spare envelopes kept: 4,096 records may wait at a time without allocation. */
const MAX_IDLE_RECORDS = 4_096;

/** The envelopes that log records travel in from the hook to the reconciler, and back here. */
export class EmittedRecordPool {
  readonly #pool = new Pool<EmittedRecord>(MAX_IDLE_RECORDS, () => ({
    record: undefined,
    spanContext: undefined,
    spanState: 'unknown',
  }));

  acquire(
    record: ReadableLogRecord,
    spanContext: SpanContext | undefined,
    spanState: SpanState,
  ): EmittedRecord {
    const emitted = this.#pool.acquire();
    emitted.record = record;
    emitted.spanContext = spanContext;
    emitted.spanState = spanState;
    return emitted;
  }

  release(emitted: EmittedRecord): void {
    emitted.record = undefined;
    emitted.spanContext = undefined;
    this.#pool.release(emitted);
  }

  releaseAll(batch: Batch<EmittedRecord>): void {
    for (let i = 0; i < batch.length; i++) this.release(batch.items[i]!);
  }
}
