import { expect } from 'chai';
import fc from 'fast-check';
import { traceTree, traceTreeSerializer } from '../../../src/testing/tree/index.js';
import type { CapturedNode, CapturedTrace } from '../../../src/testing/captured.js';
import { nodesOf } from '../../../src/testing/tree/descendants.js';
import { logOf, traceOf, traceWithId, type Sketch } from '../captured-spans.js';

const sketch: Sketch = {
  name: 'POST /checkout',
  kind: 'server',
  status: 'error',
  statusMessage: 'connect ECONNREFUSED 127.0.0.1:43210',
  attributes: { 'url.full': 'http://localhost:43123/checkout', 'http.route': '/checkout', 'render.duration_ms': 12.3, 'thread.id': 4 },
  events: [
    { name: 'retrying', attributes: { attempt: 1 } },
    { name: 'declined', severity: 'WARN', body: 'no funds' },
    { name: 'exception', attributes: { 'exception.type': 'E', 'exception.stacktrace': 'at a (b.ts:1)' } },
  ],
  children: [
    'db.insert',
    { name: 'charge', kind: 'client', links: [{ spanId: '0000000000000002' }, { spanId: 'f'.repeat(16) }], children: ['retry'] },
    { name: 'audit', ended: false },
  ],
};

/** The same spans with other ids, other times and in other order. */
function again(trace: CapturedTrace, traceId: string, order: (spans: CapturedNode[]) => CapturedNode[]): CapturedTrace {
  const idOf = (id: string): string => id.replace(/^0/, 'e');
  const copy = (node: CapturedNode): CapturedNode => ({
    ...node,
    traceId,
    spanId: idOf(node.spanId),
    parentSpanId: node.parentSpanId && idOf(node.parentSpanId),
    startTime: node.startTime + 5000,
    durationMillis: 17,
    links: node.links.map((link) => ({ ...link, traceId, spanId: idOf(link.spanId) })),
    children: order(node.children.map(copy)),
  });
  const roots = order(trace.roots.map(copy));
  return { traceId, roots, spans: nodesOf(roots) };
}

describe('traceTree', () => {
  it('is the trace as text, without what changes from run to run', () => {
    expect(traceTree(traceOf(sketch)).split('\n')).to.deep.equal([
      '- POST /checkout  [server]  [error: connect ECONNREFUSED 127.0.0.1:<port>]',
      '    http.route: /checkout',
      '    render.duration_ms: <duration>',
      '    thread.id: <id>',
      '    url.full: http://localhost:<port>/checkout',
      '    • retrying',
      '        attempt: 1',
      '    • WARN declined',
      '        body: "no funds"',
      '    • exception',
      '        exception.stacktrace: <stack>',
      '        exception.type: E',
      '  - db.insert  [span 2]',
      '  - charge  [client]',
      '      → span 2',
      '      → other span 1',
      '    - retry',
      '  - audit  [open]',
    ]);
  });

  it('is the same for other ids and times', () => {
    const trace = traceOf(sketch);

    expect(traceTree(again(trace, 'a'.repeat(32), (spans) => spans))).to.equal(traceTree(trace));
  });

  it('is the same for any order of siblings, if they are ordered by name', () => {
    const trees = (depth: number): fc.Arbitrary<Sketch> =>
      fc.record({
        name: fc.constantFrom('a', 'b'),
        attributes: fc.dictionary(fc.constantFrom('x', 'y'), fc.nat(1)),
        children: depth === 0 ? fc.constant([]) : fc.array(trees(depth - 1), { maxLength: 3 }),
      });
    fc.assert(
      fc.property(trees(3), (spans) => {
        const trace = traceOf(spans);
        const shuffled = again(trace, 'a'.repeat(32), (siblings) => siblings.toReversed());

        expect(traceTree(shuffled, { order: 'name', ids: true })).to.equal(traceTree(trace, { order: 'name', ids: true }));
      }),
    );
  });

  it('replaces the ids of captured spans wherever they stand', () => {
    const header = { traceparent: `00-5b8efff798038103d269b633813fc60c-0000000000000002-01` };

    expect(traceTree(traceOf({ name: 'a', attributes: header, children: ['b'] }))).to.contain('00-<trace 1>-<span 2>-01');
  });

  it('shows the attributes that are asked for', () => {
    const trace = traceOf({ name: 'a', attributes: { 'server.port': 4711, x: 1 }, events: ['e'] });

    expect(traceTree(trace, { attributes: 'all' })).to.equal('- a\n    server.port: 4711\n    x: 1\n    • e');
    expect(traceTree(trace, { attributes: 'none', events: false })).to.equal('- a');
    expect(traceTree(trace, { attributes: (key, stable) => (key === 'x' ? undefined : stable), events: false })).to.equal(
      '- a\n    server.port: <port>',
    );
  });

  it('takes all that has spans, and tells a lost parent from one elsewhere', () => {
    const first = traceOf({ name: 'a', parentSpanId: 'x', parentIsRemote: true });
    const second = traceWithId('1'.repeat(32), { name: 'b', parentSpanId: 'y', startTime: 1_700_000_000_500 });

    const text = '- a  [remote parent]\n\n- b  [parent missing]';
    expect(traceTree([second, first])).to.equal(text);
    expect(traceTree({ spans: [], traces: [first, second] })).to.equal(text);
    expect(traceTree([...second.spans, ...first.spans])).to.equal(text);
    expect(traceTree([])).to.equal('');
  });

  it('refuses wrong options, and what has no spans', () => {
    expect(() => traceTree(traceOf('a'), { order: 'time' as never })).to.throw(RangeError, 'order');
    expect(() => traceTree(traceOf('a'), { colour: 1 } as never)).to.throw(TypeError, "unknown option 'colour'");
    expect(() => traceTree(7 as never)).to.throw(TypeError, 'spans must be');
  });
});

describe('traceTreeSerializer', () => {
  it('is for traces, runs, spans and lists of these', () => {
    const trace = traceOf('a');

    for (const value of [trace, [trace], { spans: [], traces: [trace] }, trace.roots[0], trace.spans]) {
      expect(traceTreeSerializer.test(value)).to.equal(true);
    }
    for (const value of [undefined, null, 1, 'a', [], {}, { spans: 3 }, logOf({})]) {
      expect(traceTreeSerializer.test(value)).to.equal(false);
    }
  });

  it('indents the lines as what is around them', () => {
    expect(traceTreeSerializer.serialize(traceOf({ name: 'a', children: ['b'] }), {}, '  ')).to.equal('- a\n    - b');
  });
});
