import { expect } from 'chai';
import fc from 'fast-check';
import { buildTraces, type ReadableSpan } from 'otel-span-cache';
import { runs } from '../../../test/property-runs.js';
import { analyseTrace } from '../../src/analysis/analyse-trace.js';
import type { SpanRow } from '../../src/model/span-row.js';
import { childOf, spanRow } from '../model/rows.js';

/** Offsets and durations of the critical path, by name. */
function pathOf(spans: readonly SpanRow[]): unknown[] {
  return analyseTrace(spans).path.map(({ span, offset, duration }) => [span.name, offset, duration]);
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

/** Spans whose parents are any spans, themselves and missing ones included. */
const anySpans = fc
  .array(
    fc.record({
      parent: fc.option(fc.nat(12), { nil: undefined }),
      start: fc.integer({ min: 0, max: 100 }),
      duration: fc.double({ min: 0, max: 100, noNaN: true }),
      remote: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((spans) =>
    spans.map(({ parent, start, duration, remote }, index) => {
      const ids = { spanId: `s${index}`, parentSpanId: parent === undefined ? undefined : `s${parent}` };
      return spanRow({ ...ids, start, duration, parentIsRemote: remote, name: `n${index}` });
    }),
  );

describe('analyseTrace', () => {
  describe('the critical path', () => {
    it('goes back from the end to the last child that ended before', () => {
      const root = spanRow({ name: 'root', duration: 100 });
      const spans = [
        root,
        childOf(root, { name: 'first', start: 10, duration: 30 }),
        childOf(root, { name: 'beside', start: 12, duration: 10 }),
        childOf(root, { name: 'second', start: 50, duration: 40 }),
      ];

      expect(pathOf(spans)).to.deep.equal([
        ['root', 0, 10],
        ['first', 10, 30],
        ['root', 40, 10],
        ['second', 50, 40],
        ['root', 90, 10],
      ]);
    });

    it('goes into the children of a child', () => {
      const root = spanRow({ name: 'root', start: 1_000, duration: 10 });
      const child = childOf(root, { name: 'child', start: 1_002, duration: 8 });
      const grandchild = childOf(child, { name: 'grandchild', start: 1_002, duration: 5 });

      expect(pathOf([root, child, grandchild])).to.deep.equal([
        ['root', 0, 2],
        ['grandchild', 2, 5],
        ['child', 7, 3],
      ]);
    });

    it('takes the slowest of three parallel children', () => {
      const root = spanRow({ duration: 50 });
      const children = [20, 40, 30].map((duration) => childOf(root, { start: 5, duration }));

      const { critical } = analyseTrace([root, ...children]);

      expect(Object.fromEntries(critical)).to.deep.equal({ [root.id]: 10, [children[1]!.id]: 40 });
    });

    it('leaves out a child that outlives its parent', () => {
      const root = spanRow({ name: 'root', duration: 10 });
      const late = childOf(root, { start: 5, duration: 100 });

      expect(pathOf([root, late])).to.deep.equal([['root', 0, 10]]);
    });

    it('has room for the clock of the SDK, which starts spans at whole milliseconds', () => {
      const root = spanRow({ name: 'root', duration: 4.2 });
      const first = childOf(root, { name: 'first', start: 0, duration: 2.7 });
      const second = childOf(root, { name: 'second', start: 2, duration: 2.4 });

      expect(pathOf([root, first, second]).map((part) => (part as unknown[])[0])).to.deep.equal(['first', 'second']);
    });

    it('sums up to the duration of the root, and has no gap, for any spans', () => {
      fc.assert(
        fc.property(anySpans, (spans) => {
          const { path, critical } = analyseTrace(spans);
          const first = path[0];
          const start = Math.min(...spans.map((span) => span.start));

          expect(sum(critical.values())).to.be.closeTo(sum(path.map(({ duration }) => duration)), 1e-9);
          for (const [index, part] of path.entries()) {
            const before = path[index - 1];
            if (before !== undefined) expect(part.offset).to.be.closeTo(before.offset + before.duration, 1e-9);
            expect(part.duration).to.be.above(0);
            expect(part.offset + start).to.be.at.least(part.span.start - 1e-9);
          }
          const roots = spans.filter(({ duration }) => Math.abs(duration - sum(critical.values())) < 1e-6);
          expect(
            roots.some((span) => first === undefined || Math.abs(span.start - start - first.offset) < 1e-9),
          ).to.equal(true);
        }),
        { numRuns: runs(1_000) },
      );
    });

    it('sums up to the duration of the root of any tree', () => {
      const times = fc.record({ start: fc.nat(100), duration: fc.nat(100), parent: fc.nat() });
      fc.assert(
        fc.property(fc.array(times, { maxLength: 40 }), fc.nat(150), (list, duration) => {
          const spans = [spanRow({ duration })];
          for (const { parent, ...rest } of list) spans.push(childOf(spans[parent % spans.length]!, rest));

          const { critical, self, order } = analyseTrace(spans);

          expect(sum(critical.values())).to.be.closeTo(duration, 1e-6);
          expect(order).to.have.length(spans.length);
          for (const time of self.values()) expect(time).to.be.at.least(0);
        }),
        { numRuns: runs(1_000) },
      );
    });
  });

  describe('self times', () => {
    it('count the time of parallel children once', () => {
      const root = spanRow({ duration: 100 });
      const children = [50, 60, 70].map((duration) => childOf(root, { start: 10, duration }));

      expect(analyseTrace([root, ...children]).self.get(root.id)).to.equal(30);
    });

    it('are never negative nor more than the duration, for any spans', () => {
      fc.assert(
        fc.property(anySpans, (spans) => {
          const { self } = analyseTrace(spans);

          for (const { id, duration } of spans) expect(self.get(id)).to.be.within(0, duration);
        }),
        { numRuns: runs(1_000) },
      );
    });
  });

  describe('the order', () => {
    it('has parents before children, siblings by start, with depths and numbers of children', () => {
      const root = spanRow({ name: 'root' });
      const late = childOf(root, { name: 'late', start: 5 });
      const early = childOf(root, { name: 'early', start: 1 });
      const below = childOf(early, { name: 'below', start: 9 });

      const order = analyseTrace([late, below, early, root]).order;

      expect(order.map(({ span, depth, children }) => [span.name, depth, children])).to.deep.equal([
        ['root', 0, 2],
        ['early', 1, 1],
        ['below', 2, 0],
        ['late', 1, 0],
      ]);
    });

    it('is the one of the trees of the cache, rings and missing parents included', () => {
      fc.assert(
        fc.property(anySpans, (spans) => {
          const names: string[] = [];
          const visit = (nodes: ReturnType<typeof buildTraces>[number]['roots'], depth: number): void => {
            for (const node of nodes) {
              names.push(`${node.span.name} ${depth}`);
              visit(node.children, depth + 1);
            }
          };
          visit(buildTraces(spans.map(asReadable))[0]!.roots, 0);

          expect(analyseTrace(spans).order.map(({ span, depth }) => `${span.name} ${depth}`)).to.deep.equal(names);
        }),
        { numRuns: runs(1_000) },
      );
    });

    it('has the later row of a span that came again', () => {
      const first = spanRow({ spanId: 'a' });
      const amended = { ...first, id: first.id + 1_000_000 };

      expect(analyseTrace([first, amended]).order.map(({ span }) => span)).to.deep.equal([amended]);
    });
  });

  it('copes with a trace without spans', () => {
    expect(analyseTrace([])).to.deep.include({ order: [], path: [], nPlusOne: [] });
  });

  for (const size of [1, 1_100, 50_000]) {
    it(`takes ${size} children`, () => {
      const root = spanRow({ duration: size });
      const children = Array.from({ length: size }, (_, start) => childOf(root, { start, duration: 0.5, kind: 2 }));

      const { order, critical, self, nPlusOne } = analyseTrace([root, ...children]);

      expect(order).to.have.length(size + 1);
      expect(sum(critical.values())).to.be.closeTo(size, 1e-3);
      expect(self.get(root.id)).to.be.closeTo(size / 2, 1e-3);
      expect(nPlusOne.map(({ count }) => count)).to.deep.equal(size < 5 ? [] : [size]);
    });
  }

  it('takes a chain of 50,000 spans', () => {
    const spans = [spanRow({ duration: 50_000 })];
    for (let i = 1; i < 50_000; i++) spans.push(childOf(spans[i - 1]!, { start: i, duration: 50_000 - i }));

    const { order, path } = analyseTrace(spans);

    expect(order.at(-1)!.depth).to.equal(49_999);
    expect(path).to.have.length(50_000);
  });
});

function asReadable({ spanId, parentSpanId, parentIsRemote, start, name }: SpanRow): ReadableSpan {
  const parentSpanContext = { traceId: 't', spanId: parentSpanId, isRemote: parentIsRemote };
  return {
    name,
    spanContext: () => ({ traceId: 't', spanId, traceFlags: 1 }),
    ...(parentSpanId === undefined ? {} : { parentSpanContext }),
    startTime: [0, start * 1e6],
  } as unknown as ReadableSpan;
}
