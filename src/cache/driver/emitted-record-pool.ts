import type { SpanContext } from '@opentelemetry/api';
import type { ReadableLogRecord } from '../../model/otel.js';
import type { Batch } from '../queue/bounded-queue.js';
import { Pool, type Pooled } from '../queue/pool.js';
import type { EmittedRecord, SpanState } from '../reconcile/emitted-record.js';

/** Maximum number of spare envelopes: up to 4,096 records can be in flight without allocation. */
const MAX_IDLE_RECORDS = 4_096;

/** A log record on its way from the hook to the reconciler. */
export interface Envelope extends EmittedRecord, Pooled {}

export class EmittedRecordPool {
  readonly #pool = new Pool<Envelope>(MAX_IDLE_RECORDS, newEnvelope, clearEnvelope, isClearEnvelope);

  acquire(record: ReadableLogRecord, spanContext: SpanContext | undefined, spanState: SpanState): Envelope {
    const emitted = this.#pool.acquire();
    emitted.record = record;
    emitted.spanContext = spanContext;
    emitted.spanState = spanState;
    return emitted;
  }

  release(emitted: Envelope): void {
    this.#pool.release(emitted);
  }

  releaseAll(batch: Batch<Envelope>): void {
    for (let i = 0; i < batch.length; i++) this.release(batch.items[i]!);
  }
}

function newEnvelope(): Envelope {
  return { record: undefined, spanContext: undefined, spanState: 'unknown', spare: false };
}

function isClearEnvelope({ record, spanContext }: Envelope): boolean {
  return record === undefined && spanContext === undefined;
}

function clearEnvelope(emitted: Envelope): void {
  emitted.record = undefined;
  emitted.spanContext = undefined;
}
