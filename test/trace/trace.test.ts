import { expect } from 'chai';
import fc from 'fast-check';
import type { SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '../../src/model/otel.js';
import { buildTraces, type SpanNode } from '../../src/trace/trace.js';
import { hostileValue, revokedProxy, trap } from '../hostile-values.js';

interface Ids {
  id: string;
  parent?: string;
  remote?: boolean;
  trace?: string;
  startMillis?: number;
}

/** Only what `buildTraces` reads; the span ids of the tests are not ids that the SDK could be given. */
function span({ id, parent, remote = false, trace = 't', startMillis = 0 }: Ids): ReadableSpan {
  const context = (spanId: string): SpanContext => ({ traceId: trace, spanId, traceFlags: 1, isRemote: remote });
  return {
    name: id,
    spanContext: () => context(id),
    startTime: [0, startMillis * 1e6],
    ...(parent !== undefined && { parentSpanContext: context(parent) }),
  } as ReadableSpan;
}

/** `parent(child child(grandchild))`, with a `?` before a span whose parent is missing. */
function shape(nodes: readonly SpanNode[]): string {
  return nodes
    .map(({ span: { name }, children, parentMissing }) => {
      const own = parentMissing ? `?${name}` : name;
      return children.length === 0 ? own : `${own}(${shape(children)})`;
    })
    .join(' ');
}

/** The only trace's shape. */
function shapeOf(...spans: Ids[]): string {
  const traces = buildTraces(spans.map(span));
  expect(traces).to.have.length(1);
  return shape(traces[0]!.roots);
}

describe('buildTraces', () => {
  it('returns no trace without spans', () => {
    expect(buildTraces([])).to.deep.equal([]);
  });

  it('builds the same tree from spans in any order', () => {
    const spans: Ids[] = [
      { id: 'a' },
      { id: 'b', parent: 'a', startMillis: 1 },
      { id: 'c', parent: 'b', startMillis: 2 },
      { id: 'd', parent: 'a', startMillis: 3 },
    ];

    for (const order of permutations(spans)) expect(shapeOf(...order)).to.equal('a(b(c) d)');
  });

  it('accepts a parent that arrives after its children', () => {
    expect(shapeOf({ id: 'child', parent: 'parent' }, { id: 'parent' })).to.equal('parent(child)');
  });

  it('sorts siblings by start, not by end', () => {
    const late = { id: 'late', parent: 'a', startMillis: 9 };
    const early = { id: 'early', parent: 'a', startMillis: 1 };

    expect(shapeOf(late, { id: 'a' }, early)).to.equal('a(early late)');
  });

  it('keeps the given order of siblings that started together', () => {
    expect(shapeOf({ id: 'b', parent: 'a' }, { id: 'c', parent: 'a' }, { id: 'a' })).to.equal('a(b c)');
  });

  it('sorts roots by start', () => {
    expect(shapeOf({ id: 'late', startMillis: 2 }, { id: 'early', startMillis: 1 })).to.equal('early late');
  });

  it('compares start times to the nanosecond', () => {
    const first = { ...span({ id: 'first' }), startTime: [1_700_000_000, 1] } as ReadableSpan;
    const second = { ...span({ id: 'second' }), startTime: [1_700_000_000, 2] } as ReadableSpan;

    expect(shape(buildTraces([second, first])[0]!.roots)).to.equal('first second');
  });

  it('places spans without a time last, in the given order', () => {
    const timeless = (id: string): ReadableSpan => ({ ...span({ id }), startTime: undefined as never });
    const timed = [span({ id: 'a' }), span({ id: 'b', startMillis: 1 })];

    for (const spans of permutations([...timed, timeless('x')]))
      expect(shape(buildTraces(spans)[0]!.roots)).to.equal('a b x');
    expect(shape(buildTraces([timeless('y'), ...timed, timeless('x')])[0]!.roots)).to.equal('a b y x');
  });

  it('makes a marked root of a span whose parent is missing', () => {
    expect(shapeOf({ id: 'a' }, { id: 'c', parent: 'gone', startMillis: 1 })).to.equal('a ?c');
  });

  it('makes a plain root of a span whose parent is in another process', () => {
    expect(shapeOf({ id: 'a', parent: 'elsewhere', remote: true })).to.equal('a');
  });

  it('joins a service that calls itself to one tree', () => {
    const server = { id: 'server', parent: 'client', remote: true };

    expect(shapeOf(server, { id: 'client' })).to.equal('client(server)');
  });

  it('separates traces that share span ids', () => {
    const spans = ['t1', 't2'].flatMap((trace) => [
      span({ id: 'child', parent: 'root', trace }),
      span({ id: 'root', trace }),
    ]);

    const traces = buildTraces(spans);

    expect(traces.map(({ traceId, roots }) => [traceId, shape(roots)])).to.deep.equal([
      ['t1', 'root(child)'],
      ['t2', 'root(child)'],
    ]);
    expect(traces.map((trace) => trace.spans.length)).to.deep.equal([2, 2]);
  });

  it('returns traces in the order of their first span', () => {
    const order = ['t2', 't1', 't2'].map((trace, index) => span({ id: `${index}`, trace }));

    expect(buildTraces(order).map(({ traceId }) => traceId)).to.deep.equal(['t2', 't1']);
  });

  it("lists a trace's spans in the order they were given", () => {
    const spans = [span({ id: 'child', parent: 'root' }), span({ id: 'root' })];

    expect(buildTraces(spans)[0]!.spans).to.deep.equal(spans);
  });

  describe('of two spans with the same ids', () => {
    it('places the later one', () => {
      const first = span({ id: 'a' });
      const amended = span({ id: 'a' });

      const { roots } = buildTraces([first, span({ id: 'b', parent: 'a' }), amended])[0]!;

      expect(shape(roots)).to.equal('a(b)');
      expect(roots[0]!.span).to.equal(amended);
    });

    it('places both if they are not the same span, their children below the later one', () => {
      const first = { ...span({ id: 'a' }), name: 'first' };
      const second = { ...span({ id: 'a', startMillis: 1 }), name: 'second' };

      for (const spans of permutations([first, second, span({ id: 'b', parent: 'a', startMillis: 2 })])) {
        expect(shape(buildTraces(spans)[0]!.roots)).to.equal('first second(b)');
      }
    });
  });

  describe('with spans that claim each other as parents', () => {
    it('makes a root of a span that is its own parent', () => {
      expect(shapeOf({ id: 'a', parent: 'a' }, { id: 'b', parent: 'a' })).to.equal('a(b)');
    });

    it('opens a ring at one span', () => {
      const ring = [
        { id: 'a', parent: 'c' },
        { id: 'b', parent: 'a' },
        { id: 'c', parent: 'b' },
      ];

      expect(shapeOf(...ring)).to.equal('a(b(c))');
    });

    it('places a span below a cycle once, in any order', () => {
      const spans = [
        { id: 'leaf', parent: 'a' },
        { id: 'a', parent: 'b' },
        { id: 'b', parent: 'a' },
      ];

      for (const order of permutations(spans)) {
        expect(shapeOf(...order)).to.be.oneOf(['a(leaf b)', 'a(b leaf)', 'b(a(leaf))']);
      }
    });

    it('makes a root of the span of a cycle that started first, whichever span is below it', () => {
      const ring = [
        { id: 'a', parent: 'b', startMillis: 3 },
        { id: 'b', parent: 'c', startMillis: 1 },
        { id: 'c', parent: 'a', startMillis: 2 },
      ];

      for (const order of permutations([...ring, { id: 'leaf', parent: 'a' }])) {
        expect(shapeOf(...order)).to.equal('b(a(leaf c))');
      }
    });

    it('opens each of several cycles, beside a valid root', () => {
      const rings = [
        { id: 'a', parent: 'b' },
        { id: 'b', parent: 'a' },
        { id: 'c', parent: 'c' },
      ];

      expect(shapeOf(...rings, { id: 'root' })).to.equal('a(b) c root');
    });
  });

  describe('with spans that cannot be read', () => {
    const broken = (member: string): ReadableSpan =>
      Object.defineProperty(span({ id: 'b', parent: 'a' }), member, trap);

    it('builds the tree of the others, and keeps them in a trace of their own', () => {
      const [sound, unreadable] = buildTraces([
        span({ id: 'a' }),
        broken('spanContext'),
        revokedProxy() as ReadableSpan,
      ]);

      expect(shape(sound!.roots)).to.equal('a');
      expect(unreadable!.traceId).to.equal('[unreadable]');
      expect(unreadable!.roots).to.have.length(2);
    });

    it('keeps each of several spans without a readable id', () => {
      const alike = [span({ id: 'a' }), span({ id: 'a' })];
      const withoutIds = alike.map((each) => ({ ...each, spanContext: () => ({ traceId: 't' }) }) as ReadableSpan);
      const unreadable = alike.map((each) => Object.defineProperty(each, 'spanContext', trap));
      const revoked = [revokedProxy(), revokedProxy()] as ReadableSpan[];

      for (const spans of [withoutIds, unreadable, revoked]) expect(buildTraces(spans)[0]!.roots).to.have.length(2);
    });

    it('places a span by the members that can be read', () => {
      const [trace] = buildTraces([
        span({ id: 'a' }),
        broken('startTime'),
        { ...span({ id: 'c' }), parentSpanContext: null as never },
      ]);

      expect(shape(trace!.roots)).to.equal('a(b) c');
      expect(buildTraces([span({ id: 'a' }), broken('parentSpanContext')])[0]!.roots).to.have.length(2);
    });

    it('never throws', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(hostileValue, hostileValue, hostileValue)), (makers) => {
          const spans = makers.map(([makeContext, makeParent, makeTime]) => {
            return { spanContext: makeContext, parentSpanContext: makeParent(), startTime: makeTime() };
          });

          const traces = buildTraces(spans as unknown as ReadableSpan[]);

          expect(traces.flatMap((trace) => trace.spans)).to.have.length(spans.length);
        }),
      );
    });
  });

  describe('with very many spans', () => {
    it('handles a chain of 20,000 spans', function () {
      this.timeout(60_000);
      const chain = Array.from({ length: 20_000 }, (_, index) =>
        span({ id: `${index}`, ...(index > 0 && { parent: `${index - 1}` }) }),
      );

      expect(buildTraces(chain.toReversed())[0]!.roots).to.have.length(1);
    });

    it('handles a parent of 130,000 children, more than a call takes arguments', function () {
      this.timeout(60_000);
      const children = Array.from({ length: 130_000 }, (_, index) => span({ id: `${index}`, parent: 'a' }));

      const { roots } = buildTraces([...children, span({ id: 'a' })])[0]!;

      expect(roots).to.have.length(1);
      expect(roots[0]!.children).to.have.length(130_000);
    });

    it('opens 20,000 rings at once', () => {
      const spans = Array.from({ length: 20_000 }, (_, index) => span({ id: `${index}`, parent: `${index}` }));

      expect(buildTraces(spans)[0]!.roots).to.have.length(20_000);
    });
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
