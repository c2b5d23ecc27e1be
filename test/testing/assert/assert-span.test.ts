import { expect } from 'chai';
import { assertSpan, matchesSpan, spanMatcher } from '../../../src/testing/assert/index.js';
import { traceOf, traceWithId } from '../captured-spans.js';
import { thrownBy } from './thrown.js';

const orders = traceOf({
  name: 'POST /orders',
  children: ['insert', { name: 'charge', attributes: { amount: 12 } }, 'insert'],
});
const health = traceWithId('1'.repeat(32), 'GET /health');
const run = { spans: [...orders.spans, ...health.spans], traces: [orders, health] };

describe('assertSpan', () => {
  it('finds a span at any depth in any trace, and returns it as part of its tree', () => {
    expect(assertSpan(run, { name: 'charge' })).to.equal(orders.roots[0]!.children[1]);
    expect(assertSpan(run, { name: 'GET /health' })).to.equal(health.roots[0]);
    expect(assertSpan(run, { name: /orders/, children: [{ name: 'insert', times: 2 }] }).name).to.equal('POST /orders');
  });

  it('builds the tree of spans without one', () => {
    const plain = orders.spans
      .toReversed()
      .map((span) => Object.fromEntries(Object.entries(span).filter(([key]) => key !== 'children')) as never);

    const root = assertSpan(plain, { children: [{ name: 'charge' }] });

    expect(root.children.map(({ name }) => name)).to.deep.equal(['insert', 'charge', 'insert']);
  });

  it('requires the number of different spans given by times', () => {
    assertSpan(run, { name: 'insert', times: 2 });

    const { message } = thrownBy(() => assertSpan(run, { name: 'insert', times: 3 }));

    expect(message).to.match(/^expected 3 spans that match insert, got 2\n/);
  });

  it('names the nearest: a span with the name before one with the attributes', () => {
    const trace = traceOf(
      'charged',
      { name: 'charge', attributes: { x: 1, y: 1 } },
      { name: 'b', attributes: { x: 2, y: 2 } },
    );

    const { message, actual, expected } = thrownBy(() =>
      assertSpan(trace, { name: 'charge', attributes: { x: 2, y: 2 } }),
    );

    expect(message).to.match(
      /^no span matches charge \{x: 2, y: 2\}; nearest is charge: x: expected 2, got 1 \(and 1 more difference\)/,
    );
    expect(actual).to.equal('charge\n    x: 1\n    y: 1');
    expect(expected).to.equal('charge\n    x: 2\n    y: 2');
  });

  it('names the span with the most similar name if no name matches', () => {
    expect(thrownBy(() => assertSpan(run, { name: 'charges' })).message).to.contain(
      'nearest is charge: name: expected charges, got charge',
    );
  });

  it('ignores open spans, and reports that', () => {
    const trace = traceOf({ name: 'a', children: [{ name: 'b', ended: false }] });

    expect(thrownBy(() => assertSpan(trace, { name: 'b' })).message).to.match(
      /^no span matches b; b: matches, but is still open\n/,
    );
    expect(assertSpan(trace, { name: 'b', ended: false }).name).to.equal('b');
    expect(
      assertSpan({ spans: trace.spans.slice(0, 1), openSpans: trace.spans.slice(1) }, { ended: false }).name,
    ).to.equal('b');
  });

  it('reports that nothing was captured', () => {
    expect(thrownBy(() => assertSpan([], { name: 'a' })).message).to.equal('no span matches a: no span was captured');
  });

  it('starts the stack at the given function', () => {
    const face = (): unknown => assertSpan(run, { name: 'x' }, face);

    expect(thrownBy(face).stack).not.to.contain('at face');
  });
});

describe('matchesSpan', () => {
  it('compares one span', () => {
    expect(matchesSpan({ name: 'charge', attributes: { amount: 12 } }, orders.spans[2]!)).to.equal(true);
    expect(matchesSpan({ name: 'charge', attributes: { amount: 13 } }, orders.spans[2]!)).to.equal(false);
    expect(orders.spans.filter(spanMatcher({ name: 'insert' }))).to.have.lengthOf(2);
  });

  it('rejects a pattern with children for a span that comes without children', () => {
    const { children: _, ...plain } = orders.roots[0]!;

    expect(() => matchesSpan({ not: { children: [{ name: 'x' }] } }, plain)).to.throw(
      TypeError,
      'matched in a span of a trace',
    );
    expect(matchesSpan({ name: 'POST /orders' }, plain)).to.equal(true);
  });
});
