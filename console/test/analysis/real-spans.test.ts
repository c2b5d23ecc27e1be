import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { SpanCache } from 'otel-span-cache';
import { inSpan, startSdk } from '../../../test/sdk.js';
import { analyseTrace } from '../../src/analysis/analyse-trace.js';
import { summaryOf } from '../../src/analysis/trace-summary.js';
import { DeliveredRows } from '../model/delivered-rows.js';

/** Runs code in a root span of the real SDK, and analyses the trace of it. */
async function analysed(code: (query: (id: number) => Promise<void>) => Promise<unknown>) {
  const cache = new SpanCache();
  const { tracer, shutdown } = startSdk({ spanProcessors: [cache.spanProcessor] });
  const traces = cache.subscribeToTraces(() => undefined);
  const query = async (id: number): Promise<void> => {
    const attributes = { 'db.system.name': 'postgresql', 'db.query.text': `SELECT * FROM items WHERE id = ${id}` };
    const span = tracer.startSpan('pg.query', { kind: 2, attributes });
    await pause(4);
    span.end();
  };
  const root = tracer.startSpan('GET /orders', { kind: 1 });
  await inSpan(root, () => code(query));
  root.end();
  const row = new DeliveredRows().trace(traces.take()[0]!);
  await cache.shutdown();
  await shutdown();
  return { row, ...analyseTrace(row.spans) };
}

describe('A trace of the real SDK', () => {
  it('with 5 queries one after the other has an N+1, and its critical path goes through all of them', async () => {
    const { row, nPlusOne, critical } = await analysed(async (query) => {
      for (const id of [1, 2, 3, 4, 5]) await query(id);
    });

    expect(nPlusOne).to.have.length(1);
    expect(nPlusOne[0]).to.include({ count: 5, parent: row.root.spanId, name: 'pg.query' });
    expect(critical.size).to.be.at.least(5);
    expect([...critical.values()].reduce((a, b) => a + b)).to.be.closeTo(row.root.duration, 1e-6);
    expect(summaryOf(row).calls).to.deep.equal([{ label: 'pg', count: 5, nPlusOne: true }]);
  });

  it('with queries by Promise.all() has none, and one of them is on the critical path', async () => {
    const { row, nPlusOne, path, self } = await analysed((query) => Promise.all([1, 2, 3, 4, 5, 6].map(query)));

    expect(nPlusOne).to.deep.equal([]);
    const queries = path.filter(({ span }) => span.kind === 2 && span.duration > 0);
    expect(queries.some(({ duration, span }) => duration > span.duration / 2)).to.equal(true);
    expect(self.get(row.root.id)).to.be.within(0, row.root.duration);
  });
});
