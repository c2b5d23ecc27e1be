import { expect } from 'chai';
import { analyseTrace } from '../../src/analysis/analyse-trace.js';
import type { SpanRow } from '../../src/model/span-row.js';
import { childOf, spanRow } from '../model/rows.js';

interface Call {
  readonly at: number;
  readonly id?: number;
  readonly statement?: string;
  readonly duration?: number;
  readonly name?: string;
}

function query(parent: SpanRow, { at, id = at, statement, duration = 3, name = 'pg.query' }: Call): SpanRow {
  const text = statement ?? `SELECT * FROM items WHERE id = ${id} AND name = 'tea ${id}'`;
  return childOf(parent, { name, kind: 2, start: at, duration, attributes: { 'db.query.text': text } });
}

function found(spans: readonly SpanRow[]) {
  return analyseTrace(spans).nPlusOne;
}

describe('N+1', () => {
  it('is 5 queries one after the other that differ in their literals', () => {
    const root = spanRow({ duration: 60 });
    const queries = [0, 10, 20, 30, 40].map((at) => query(root, { at, duration: at === 20 ? 8 : 3 }));

    expect(found([root, ...queries])).to.deep.equal([
      {
        parent: root.spanId,
        name: 'pg.query',
        statement: 'SELECT * FROM items WHERE id = ? AND name = ?',
        count: 5,
        duration: 20,
        share: 1 / 3,
        example: queries[2]!.spanId,
      },
    ]);
  });

  it('is found in times of the SDK, which start at whole milliseconds', () => {
    const root = spanRow({ duration: 20 });
    const queries = Array.from({ length: 12 }, (_, i) => query(root, { at: Math.floor(0.7 + i * 1.3), duration: 1.3 }));

    expect(found([root, ...queries])).to.have.length(1);
  });

  it('is not 4 queries', () => {
    const root = spanRow({ duration: 60 });

    expect(found([root, ...[0, 10, 20, 30].map((at) => query(root, { at }))])).to.deep.equal([]);
  });

  it('is not queries that run at the same time', () => {
    const root = spanRow({ duration: 60 });
    for (const duration of [20, 0.4, 0.1]) {
      const queries = [0, 1, 2, 3, 4, 5, 6, 7].map((id) => query(root, { at: 5, id, duration }));

      expect(found([root, ...queries])).to.deep.equal([]);
    }
  });

  it('is not short queries that overlap a little each', () => {
    const root = spanRow({ duration: 60 });
    const queries = [0, 1, 2, 3, 4, 5, 6, 7].map((id) => query(root, { at: id * 0.6, id, duration: 1 }));

    expect(found([root, ...queries])).to.deep.equal([]);
  });

  it('is not different statements', () => {
    const root = spanRow({ duration: 60 });
    const tables = ['a', 'b', 'c', 'd', 'e'];
    const queries = tables.map((table, i) => query(root, { at: i * 10, statement: `SELECT * FROM ${table}` }));

    expect(found([root, ...queries])).to.deep.equal([]);
  });

  it('is not steps of the service itself', () => {
    const root = spanRow({ duration: 60 });
    const steps = [0, 10, 20, 30, 40].map((start) => childOf(root, { name: 'step', start }));

    expect(found([root, ...steps])).to.deep.equal([]);
  });

  it('is requests to one route with different ids, but not to different routes', () => {
    const root = spanRow({ duration: 60 });
    const request = (url: string, i: number) =>
      childOf(root, { name: 'GET', kind: 2, start: i * 10, attributes: { 'url.full': url } });
    const items = [1, 2, 3, 4, 5].map((id) => `http://stock/items/${id}?page=${id}`);
    const others = ['a', 'b', 'c', 'd', 'e'].map((route) => `http://stock/${route}`);

    expect(found([root, ...items.map(request)])).to.have.length(1);
    expect(found([root, ...others.map(request)])).to.deep.equal([]);
  });

  it('is one query in each of 5 cousins', () => {
    const root = spanRow({ duration: 100 });
    const loads = [0, 10, 20, 30, 40].map((start) => childOf(root, { name: 'load', start, duration: 8 }));
    const queries = loads.map((load) => query(load, { at: load.start + 1, duration: 4 }));

    const [group] = found([root, ...loads, ...queries]);

    expect(group).to.include({ parent: loads[0]!.spanId, count: 5, duration: 20, share: 0.5 });
  });

  it('is not one query in each of 5 cousins that run at the same time', () => {
    const root = spanRow({ duration: 100 });
    const loads = [0, 1, 2, 3, 4].map((start) => childOf(root, { name: 'load', start, duration: 50 }));
    const queries = loads.map((load) => query(load, { at: load.start, duration: 40 }));

    expect(found([root, ...loads, ...queries])).to.deep.equal([]);
  });

  it('is found below each of some parents that run at the same time', () => {
    const root = spanRow({ duration: 100 });
    const loads = [0, 1].map((start) => childOf(root, { name: 'load', start, duration: 60 }));
    const queries = loads.flatMap((load) => [0, 10, 20, 30, 40].map((at) => query(load, { at, duration: 9 })));

    expect(found([root, ...loads, ...queries]).map(({ parent }) => parent)).to.have.members(
      loads.map(({ spanId }) => spanId),
    );
  });
});
