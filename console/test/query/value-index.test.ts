import { expect } from 'chai';
import { ValueIndex } from '../../src/query/index.js';
import { logEvent, PROCESS, spanRow } from './rows.js';

function valuesOf(index: ValueIndex, name: string): Record<string, number> {
  return Object.fromEntries([...index.valuesOf('attribute', name)].map(({ text, count }) => [text, count]));
}

describe('ValueIndex', () => {
  it('counts keys and values of spans, and of their log lines', () => {
    const index = new ValueIndex();

    index.add(spanRow({ attributes: { route: '/a', code: 200 } }));
    index.add(spanRow({ attributes: { route: '/a' }, events: [logEvent('x', 17, { route: '/b', retried: true })] }));

    expect(valuesOf(index, 'route')).to.deep.equal({ '/a': 2, '/b': 1 });
    expect(valuesOf(index, 'code')).to.deep.equal({ '200': 1 });
    expect(valuesOf(index, 'retried')).to.deep.equal({ true: 1 });
    expect([...index.valuesOf('builtIn', 'severity')]).to.deep.equal([{ text: 'error', count: 1 }]);
    expect([...index.keys()]).to.deep.include.members([
      { text: 'route', count: 3 },
      { text: 'resource.service.name', count: 2 },
    ]);
  });

  it('counts the elements of lists', () => {
    const index = new ValueIndex();

    index.add(spanRow({ attributes: { tags: ['a', null, 'b', 'a'] } }));

    expect(valuesOf(index, 'tags')).to.deep.equal({ a: 2, b: 1 });
  });

  it('keeps an attribute apart from the built-in key of its name', () => {
    const index = new ValueIndex();

    index.add(spanRow({ name: 'GET', attributes: { name: 'x', service: 'y', constructor: 'z' } }));

    expect([...index.valuesOf('builtIn', 'name')]).to.deep.equal([{ text: 'GET', count: 1 }]);
    expect(valuesOf(index, 'name')).to.deep.equal({ x: 1 });
    expect([...index.valuesOf('builtIn', 'service')]).to.deep.equal([{ text: 'shop', count: 1 }]);
    expect(valuesOf(index, 'service')).to.deep.equal({ y: 1 });
    expect([...index.keys()].map(({ text }) => text)).to.include.members(['"name"', '"service"', 'constructor']);
  });

  it('counts the values of resources by spans', () => {
    const index = new ValueIndex();
    const other = { ...PROCESS, id: 2, pid: 5, service: 'stock', resource: { 'service.name': 'stock', hosts: ['a'] } };

    index.add(spanRow());
    index.add(spanRow({ process: other }));
    index.add(spanRow({ process: other }));

    expect([...index.valuesOf('resource', 'service.name')]).to.deep.equal([
      { text: 'shop', count: 1 },
      { text: 'stock', count: 2 },
    ]);
    expect([...index.valuesOf('resource', 'hosts')]).to.deep.equal([{ text: 'a', count: 2 }]);
  });

  it('distinguishes attributes that no span and no event has had, and so for resources', () => {
    const index = new ValueIndex();
    index.add(spanRow({ attributes: { route: '/a' }, events: [logEvent('x', 17, { retried: true })] }));

    const mayHave = (...names: string[]) => names.map((name) => index.mayHave('attribute', name));
    expect(mayHave('route', 'retried', 'rout', 'service.name')).to.deep.equal([true, true, false, false]);
    expect(['service.name', 'route'].map((name) => index.mayHave('resource', name))).to.deep.equal([true, false]);
    index.clear();
    expect(mayHave('route')).to.deep.equal([false]);
  });

  it('takes any attribute for possible once keys were refused or dropped', () => {
    const many = new ValueIndex();
    for (let key = 0; key <= 1_000; key++) many.add(spanRow({ attributes: { [`key-${key}`]: key } }));
    const churned = new ValueIndex();
    churned.add(spanRow({ attributes: { rare: 1 } }));
    for (let id = 0; id < 10_000; id++) churned.add(spanRow({ attributes: { id } }));

    for (const index of [many, churned]) expect(index.mayHave('attribute', 'other')).to.equal(true);
  });

  describe('when full', () => {
    it('keeps 5,000 values of a key, and counts what it folds', () => {
      const index = new ValueIndex();

      for (let id = 0; id < 6_000; id++) index.add(spanRow({ attributes: { id, first: id % 2 === 0 } }));

      expect(Object.keys(valuesOf(index, 'id'))).to.have.length(5_000);
      expect(index.stats().folded).to.equal(1_000);
      expect([...index.keys()].find(({ text }) => text === 'id')!.count).to.equal(6_000);
    });

    it('lets values that were seen once make room for new ones', () => {
      const index = new ValueIndex();
      for (let round = 0; round < 2; round++) index.add(spanRow({ attributes: { id: 'often' } }));
      for (let id = 0; id < 10_000; id++) index.add(spanRow({ attributes: { id } }));

      for (let round = 0; round < 2; round++) index.add(spanRow({ attributes: { id: 'new' } }));

      expect(valuesOf(index, 'id')).to.include({ often: 2, new: 2 });
      expect(Object.keys(valuesOf(index, 'id'))).to.have.length.below(100);
    });

    it('keeps 1,000 keys', () => {
      const index = new ValueIndex();

      for (let key = 0; key < 1_200; key++) index.add(spanRow({ attributes: { [`key${key}`]: 1 } }));

      expect([...index.keys()].filter(({ text }) => text.startsWith('key'))).to.have.length(1_000);
      expect(index.stats().folded).to.equal(200);
    });

    it('keeps at most 8 MB', () => {
      const index = new ValueIndex();

      for (let id = 0; id < 40_000; id++) {
        index.add(spanRow({ attributes: { [`key${id % 20}`]: `${id}`.padStart(200, 'x') } }));
      }

      const { values, folded } = index.stats();
      expect(values * 448).to.be.below(8.1 * 2 ** 20);
      expect(folded).to.be.above(20_000);
    });

    it('leaves out long values and long keys', () => {
      const index = new ValueIndex();

      index.add(spanRow({ attributes: { sql: 'x'.repeat(201), ['k'.repeat(300)]: 1 } }));

      expect(valuesOf(index, 'sql')).to.deep.equal({});
      expect(index.stats().folded).to.equal(2);
    });
  });

  it('is empty after clear()', () => {
    const index = new ValueIndex();
    index.add(spanRow({ attributes: { a: 1 } }));

    index.clear();

    expect(index.stats()).to.deep.equal({
      keys: 0,
      maxKeys: 1_000,
      values: 0,
      maxValuesPerKey: 5_000,
      bytes: 0,
      maxBytes: 8 * 2 ** 20,
      folded: 0,
    });
    expect([...index.keys()]).to.deep.equal([]);
  });
});
