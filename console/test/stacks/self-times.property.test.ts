import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { analyseTrace, selfTimes } from '../../src/analysis/analyse-trace.js';
import { buildRowTree } from '../../src/analysis/row-tree.js';
import type { SpanRow } from '../../src/model/span-row.js';
import { queryParser } from '../../src/query/index.js';
import { Stacks } from '../../src/stacks/stacks.js';
import { NOON, partOf, traceOf, type Sketch } from './traces.js';

/** Spans of a service and of services that it calls: whole milliseconds, so that sums are exact in any order. */
const sketches: fc.Arbitrary<Sketch> = fc.letrec<{ span: Sketch }>((tie) => ({
  span: fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    at: fc.nat(30),
    duration: fc.nat(100),
    parentIsRemote: fc.boolean(),
    children: fc.oneof({ maxDepth: 4, depthSize: 'small' }, fc.constant([]), fc.array(tie('span'), { maxLength: 4 })),
  }),
})).span;

/** A child starts with its parent or later, as it does in one process. */
function inPlace({ at = 0, children = [], ...sketch }: Sketch, parentAt = 0): Sketch {
  const own = parentAt + at;
  return { ...sketch, at: own, children: children.map((child) => inPlace(child, own)) };
}

/** The spans below each local root: each process sends its part on its own. */
function partsOf(spans: readonly SpanRow[]): SpanRow[][] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const rootOf = (span: SpanRow): SpanRow => {
    const parent = span.parentIsRemote ? undefined : byId.get(span.parentSpanId ?? '');
    return parent === undefined ? span : rootOf(parent);
  };
  const parts = new Map<SpanRow, SpanRow[]>();
  for (const span of spans) parts.set(rootOf(span), [...(parts.get(rootOf(span)) ?? []), span]);
  return [...parts.values()];
}

function sumsByName(entries: Iterable<readonly [name: string, self: number]>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, self] of entries) sums[name] = (sums[name] ?? 0) + self;
  return sums;
}

describe('Self times', () => {
  it('are the same in stacks, in a trace and in a query, however processes cut the trace into parts (property)', () => {
    fc.assert(
      fc.property(
        fc.array(sketches, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        (all, cut, reversed) => {
          const stacks = new Stacks();
          const ofTraces: [string, number][] = [];
          const parse = queryParser(({ spans }) => selfTimes(buildRowTree(spans)));
          for (const sketch of all) {
            const { spans, traceId } = traceOf(inPlace(sketch));
            const { self } = analyseTrace(spans);
            for (const { id, name } of spans) ofTraces.push([name, self.get(id)!]);
            const parts = cut ? partsOf(spans) : [[...spans]];
            for (const part of reversed ? parts.toReversed() : parts) {
              const row = partOf(part, traceId);
              stacks.add(row, NOON + 1_000);
              for (const span of part) {
                const query = parse(`self = ${self.get(span.id)!}ms`);
                expect('matchesSpan' in query && query.matchesSpan(span, row)).to.equal(true);
              }
            }
          }

          const rows = stacks.rows({ from: NOON, to: NOON + 2_000 });

          expect(sumsByName(rows.map(({ name, self }) => [name, self]))).to.deep.equal(sumsByName(ofTraces));
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it('have the wait for another service with the caller, whose spans are in the trace or not', () => {
    const server: Sketch = { name: 'server', kind: 1, duration: 60, at: 2, parentIsRemote: true };
    const client = (children: Sketch[]): Sketch => ({ name: 'client', kind: 2, duration: 65, children });

    const selves = [client([]), client([server])].map((sketch) => {
      const { spans } = traceOf({ name: 'root', duration: 100, children: [sketch] });
      const { self } = analyseTrace(spans);
      return spans.map(({ id, name }) => [name, self.get(id)]);
    });

    expect(selves).to.deep.equal([
      [
        ['root', 35],
        ['client', 65],
      ],
      [
        ['root', 35],
        ['client', 65],
        ['server', 60],
      ],
    ]);
  });
});
