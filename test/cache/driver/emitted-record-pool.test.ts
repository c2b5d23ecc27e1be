import { expect } from 'chai';
import type { ReadableLogRecord } from '../../../src/model/otel.js';
import { EmittedRecordPool } from '../../../src/cache/driver/emitted-record-pool.js';

const RECORD = { body: 'line' } as ReadableLogRecord;
const SPAN_CONTEXT = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };

describe('EmittedRecordPool', () => {
  it('reuses a released envelope, which is empty', () => {
    const pool = new EmittedRecordPool();
    const emitted = pool.acquire(RECORD, SPAN_CONTEXT, 'recording');

    pool.release(emitted);
    const left = { ...emitted };
    const again = pool.acquire(RECORD, undefined, 'unknown');

    expect(left).to.include({ record: undefined, spanContext: undefined });
    expect(again).to.equal(emitted);
    expect(again).to.include({ record: RECORD, spanContext: undefined, spanState: 'unknown' });
  });

  it('releases the filled slots of a batch', () => {
    const pool = new EmittedRecordPool();
    const items = [1, 2, 3].map(() => pool.acquire(RECORD, SPAN_CONTEXT, 'ended'));

    pool.releaseAll({ items, length: 2 });

    expect(items.map(({ record }) => record)).to.deep.equal([undefined, undefined, RECORD]);
  });
});
