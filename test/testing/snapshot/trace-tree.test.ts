import { expect } from 'chai';
import fc from 'fast-check';
import { traceTree, traceTreeSerializer } from '../../../src/testing/snapshot/index.js';
import type { CapturedNode, CapturedSpan, CapturedTrace } from '../../../src/trace/captured-span.js';
import { nodesOf } from '../../../src/trace/walk.js';
import { hostileValue } from '../../hostile-values.js';
import { logOf, traceOf, traceWithId, type Sketch } from '../captured-spans.js';

const sketch: Sketch = {
  name: 'POST /checkout',
  kind: 'server',
  status: 'error',
  statusMessage: 'connect ECONNREFUSED 127.0.0.1:43210',
  attributes: {
    'url.full': 'http://localhost:43123/checkout',
    'http.route': '/checkout',
    'render.duration_ms': 12.3,
    'thread.id': 4,
  },
  events: [
    { name: 'retrying', attributes: { attempt: 1 } },
    { name: 'declined', severity: 'WARN', body: 'no funds' },
    { name: 'exception', attributes: { 'exception.type': 'E', 'exception.stacktrace': 'at a (b.ts:1)' } },
  ],
  children: [
    'db.insert',
    {
      name: 'charge',
      kind: 'client',
      links: [{ spanId: '0000000000000002' }, { spanId: 'f'.repeat(16) }],
      children: ['retry'],
    },
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

function omitChildren(node: CapturedSpan): CapturedSpan {
  return Object.fromEntries(Object.entries(node).filter(([key]) => key !== 'children')) as unknown as CapturedSpan;
}

describe('traceTree', () => {
  it('is the trace as text, without parts that vary between runs', () => {
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

        expect(traceTree(shuffled, { order: 'name', ids: true })).to.equal(
          traceTree(trace, { order: 'name', ids: true }),
        );
      }),
    );
  });

  it('replaces the ids of captured spans everywhere', () => {
    const header = { traceparent: `00-5b8efff798038103d269b633813fc60c-0000000000000002-01` };

    expect(traceTree(traceOf({ name: 'a', attributes: header, children: ['b'] }))).to.contain(
      '00-<trace 1>-<span 2>-01',
    );
  });

  it('shows the selected attributes', () => {
    const trace = traceOf({ name: 'a', attributes: { 'server.port': 4711, x: 1 }, events: ['e'] });

    expect(traceTree(trace, { attributes: 'all' })).to.equal('- a\n    server.port: 4711\n    x: 1\n    • e');
    expect(traceTree(trace, { attributes: 'none', events: false })).to.equal('- a');
    expect(
      traceTree(trace, { attributes: (key, stable) => (key === 'x' ? undefined : stable), events: false }),
    ).to.equal('- a\n    server.port: <port>');
  });

  it('accepts any source of spans, and distinguishes a lost parent from a remote one', () => {
    const first = traceOf({ name: 'a', parentSpanId: 'x', parentIsRemote: true });
    const second = traceWithId('1'.repeat(32), { name: 'b', parentSpanId: 'y', startTime: 1_700_000_000_500 });

    const text = '- a  [remote parent]\n\n- b  [parent missing]';
    expect(traceTree([second, first])).to.equal(text);
    expect(traceTree({ spans: [], traces: [first, second] })).to.equal(text);
    expect(traceTree([...second.spans, ...first.spans])).to.equal(text);
    expect(traceTree([])).to.equal('');
  });

  it('cuts texts of more than 10,000 characters before it reads them', () => {
    const text = 'no break '.repeat(1_000_000);

    const lines = traceTree(
      traceOf({ name: text, attributes: { text, list: [text] }, events: [{ name: text, body: { text } }] }),
    ).split('\n');

    for (const line of lines) expect(line).to.have.lengthOf.within(9_000, 10_100);
  });

  it('shows any value that the attributes option returns', () => {
    fc.assert(
      fc.property(hostileValue, fc.constantFrom('start' as const, 'name' as const), (make, order) => {
        const value = make();
        const lines = traceTree(traceOf({ name: 'a', attributes: { x: 1 } }), { attributes: () => value, order }).split(
          '\n',
        );

        expect(lines).to.have.lengthOf(value === undefined ? 1 : 2);
      }),
    );
  });

  describe('of very many spans', () => {
    const chain = (length: number): CapturedSpan[] => {
      const step = omitChildren(traceOf('step').spans[0]!);
      return Array.from({ length }, (_, depth) => ({
        ...step,
        name: depth % 1_000 === 0 ? 'long step' : 'step',
        spanId: `${depth}`,
        parentSpanId: depth === 0 ? undefined : `${depth - 1}`,
      }));
    };

    it('indents 40 levels, and numbers the levels below', () => {
      const lines = traceTree(chain(60)).split('\n');

      expect(lines[40]).to.equal(`${'  '.repeat(40)}- step`);
      expect(lines[59]).to.equal(`${'  '.repeat(40)}⋯59 - step`);
    });

    it('returns a text linear in the length of a chain, in either order', function () {
      this.timeout(60_000);
      // Deeper than recursion can go.
      const spans = chain(20_000);

      const text = traceTree(spans);

      expect(text).to.have.lengthOf.below(spans.length * 100);
      expect(traceTree(spans.toReversed(), { order: 'name' })).to.equal(text);
    });

    it('handles 130,000 siblings and as many roots', function () {
      this.timeout(60_000);
      const [root, ...others] = chain(130_001);
      const siblings = others.map((span) => ({ ...span, parentSpanId: root!.spanId }));

      expect(traceTree([root!, ...siblings]).split('\n')).to.have.length(130_001);
      expect(traceTree(siblings.map((span) => ({ ...span, parentSpanId: undefined }))).split('\n\n')).to.have.length(1);
    });
  });

  it('makes a root of one of the spans that claim each other as parents', () => {
    const [a, b, c] = traceOf({ name: 'a' }, 'b', 'c').spans.map(omitChildren);
    const ring = [
      { ...a!, parentSpanId: c!.spanId },
      { ...b!, parentSpanId: a!.spanId },
      { ...c!, parentSpanId: b!.spanId },
    ];

    expect(traceTree(ring)).to.equal('- a  [parent missing]\n  - b\n    - c');
  });

  it('rejects wrong options, and values without spans', () => {
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

  it('indents the lines like their surroundings', () => {
    expect(traceTreeSerializer.serialize(traceOf({ name: 'a', children: ['b'] }), {}, '  ')).to.equal('- a\n    - b');
  });
});
