import { expect } from 'chai';
import type { Attributes } from '@opentelemetry/api';
import { slowAgainstNormal } from '../../src/analysis/slow-against-normal.js';
import { slow as slowSchema } from '../../src/api/schemas.js';
import { childOf, SHOP, spanRow, traceRow } from '../model/rows.js';

function traced(duration: number, attributes: Attributes, queryMillis = 1) {
  const span = spanRow({
    name: 'GET /orders',
    duration,
    attributes,
    traceId: (++traces).toString(16).padStart(32, '0'),
  });
  const query = childOf(span, { name: 'query', kind: 2, duration: queryMillis });
  return { span, trace: traceRow([span, query]) };
}

let traces = 0;

function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

describe('slowAgainstNormal', () => {
  it('puts the attribute first whose values differ most, with the counts of both', () => {
    const slow = many(40, (i) => traced(500, { tenant: i < 38 ? 'acme' : 'other', zone: i % 2, 'user.id': `u${i}` }));
    const normal = many(400, (i) => traced(10, { tenant: i < 20 ? 'acme' : 'other', zone: i % 2, 'user.id': `v${i}` }));

    const { differences } = slowAgainstNormal(slow, normal);

    expect(differences[0]).to.deep.include({ key: 'tenant', value: 'acme', slow: 38, normal: 20 });
    expect(differences[0]!.score).to.be.within(0.7, 1);
    expect(differences.map(({ key }) => key)).to.not.include.members(['zone']);
    expect(differences.map(({ key }) => key)).to.not.include.members(['user.id']);
  });

  it('counts many different numbers by octave', () => {
    const slow = many(30, (i) => traced(500, { rows: 1_100 + i }));
    const normal = many(30, (i) => traced(10, { rows: 1 + i }));

    expect(slowAgainstNormal(slow, normal).differences[0]).to.deep.include({ value: '1024–2048', slow: 30, normal: 0 });
  });

  it('compares the processes, too', () => {
    const at = (host: string) => {
      const span = spanRow({ process: { ...SHOP, resource: { 'host.name': host } } });
      return { span, trace: traceRow([span]) };
    };

    const { differences } = slowAgainstNormal(
      many(20, () => at('b')),
      many(20, () => at('a')),
    );

    expect(differences.map(({ key }) => key)).to.deep.equal(['resource.host.name', 'resource.host.name']);
  });

  it('names the paths where the slow ones spend more time', () => {
    const slow = many(10, () => traced(500, {}, 480));
    const normal = many(10, () => traced(10, {}, 2));

    expect(slowAgainstNormal(slow, normal).paths).to.deep.equal([
      { path: 'GET /orders › query', slowMillis: 480, normalMillis: 2 },
      { path: 'GET /orders', slowMillis: 20, normalMillis: 8 },
    ]);
  });

  it('finds repeated calls in the slow ones, and gives examples', () => {
    const span = spanRow({ duration: 100 });
    const queries = [0, 10, 20, 30, 40].map((start) => childOf(span, { kind: 2, start, duration: 5 }));
    const normal = traced(1, {});

    const answer = slowAgainstNormal([{ span, trace: traceRow([span, ...queries]) }], [normal]);

    expect(answer.nPlusOne).to.have.length(1);
    expect(answer.nPlusOne[0]).to.include({ traceId: span.traceId, count: 5 });
    expect(answer.examples).to.deep.equal({ slow: [span.traceId], normal: [normal.span.traceId] });
    slowSchema
      .pick({ slow: true, normal: true, differences: true, paths: true, nPlusOne: true, examples: true })
      .parse(answer);
  });

  it('compares nothing with nothing', () => {
    expect(slowAgainstNormal([], [])).to.deep.include({ slow: 0, normal: 0, differences: [], paths: [], nPlusOne: [] });
  });

  it('is bounded however many keys and values there are', () => {
    const slow = many(600, (i) => traced(1, Object.fromEntries(many(20, (k) => [`key${i}.${k}`, `value${i}`]))));
    const normal = many(3_000, (i) => traced(1, { id: `${i}` }));

    expect(slowAgainstNormal(slow, normal).differences.length).to.be.at.most(30);
  });
});
