import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import type { SpanRow } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { type Query, queryParser } from '../../src/query/index.js';
import { bigTrace, halfOfDuration, spanRow, traceRow } from './rows.js';

function parse(text: string): Query {
  return queryParser(halfOfDuration)(text) as Query;
}

function found(text: string, trace: TraceRow): string[] {
  const query = parse(text);
  return trace.spans.filter((span) => query.matchesSpan(span, trace)).map(({ name }) => name);
}

/** Spans by their parents: `{ b: 'a' }` is b below a. */
function traceOf(parents: Record<string, string | undefined>): TraceRow {
  return traceRow(
    ...Object.entries(parents).map(([name, parent]) => spanRow({ name, spanId: name, parentSpanId: parent })),
  );
}

const family = traceOf({ a: undefined, b: 'a', c: 'a', d: 'b', e: 'd', lone: 'gone' });

describe('A relation', () => {
  for (const [text, names] of [
    ['child(name in (c, e))', 'a d'],
    ['parent(name in (a, gone))', 'b c'],
    ['ancestor(name = b)', 'd e'],
    ['descendant(name = e)', 'a b d'],
    ['ancestor(name = e)', ''],
    ['not ancestor(name = a)', 'a lone'],
    ['child(child(name = d))', 'a'],
    ['parent(child(name = c))', 'b c'],
    ['descendant(name = e) and ancestor(name = a)', 'b d'],
    ['count(parent(name = a)) = 2 and name = lone', 'lone'],
    ['count(name = x) > 0', ''],
    ['count(name in (a, b, c)) >= 3 name = a', 'a'],
    ['count(name = a) != 1 or count(name = a) < 1 or count(name = a) > 1', ''],
    ['count(name = a) <= 1 name = e', 'e'],
  ] as const) {
    it(`finds the spans: ${text}`, () => {
      expect(found(text, family).join(' ')).to.equal(names);
    });
  }

  it('is found in traces with any order of spans and of calls', () => {
    const query = parse('name = e and ancestor(name = a) and count(name = c) = 1');
    const others = [traceOf({ a: undefined, e: 'a' }), family, traceRow(...family.spans.toReversed())];

    expect(others.map((trace) => query.matchesTrace(trace))).to.deep.equal([false, true, true]);
    for (const span of family.spans.toReversed()) {
      expect(query.matchesSpan(span, family)).to.equal(span.name === 'e');
      expect(query.matchesSpan(span, others[0]!)).to.equal(false);
    }
  });

  it('does not hold for a span of another trace', () => {
    expect(parse('parent(name = a)').matchesSpan(family.spans[1]!, traceOf({ a: undefined }))).to.equal(false);
  });

  it('finds what walking the tree finds, with circles and missing parents in it', () => {
    const shape = fc.array(fc.tuple(fc.nat(12), fc.boolean()), { minLength: 1, maxLength: 12 });

    fc.assert(
      fc.property(shape, (parents) => {
        const spans = parents.map(([parent, isRed], index) =>
          spanRow({ name: isRed ? 'red' : 'blue', spanId: `s${index}`, parentSpanId: `s${parent}` }),
        );
        const trace = traceRow(...spans);
        const parentOf = withoutCircles(spans);
        const ancestors = (span: SpanRow): SpanRow[] => {
          const parent = parentOf(span);
          return parent === undefined ? [] : [parent, ...ancestors(parent)];
        };
        const isRed = ({ name }: SpanRow) => name === 'red';
        const expected = {
          parent: spans.filter((span) => ancestors(span).slice(0, 1).some(isRed)),
          ancestor: spans.filter((span) => ancestors(span).some(isRed)),
          child: spans.filter((span) => spans.some((each) => isRed(each) && parentOf(each) === span)),
          descendant: spans.filter((span) => spans.some((each) => isRed(each) && ancestors(each).includes(span))),
        };

        for (const [relation, matching] of Object.entries(expected)) {
          const query = parse(`${relation}(name = red)`);
          expect(spans.filter((span) => query.matchesSpan(span, trace))).to.deep.equal(matching);
        }
      }),
      { numRuns: runs(1_000) },
    );
  });

  for (const shape of ['wide', 'deep'] as const) {
    it(`is not quadratic over a ${shape} trace of 50,000 spans`, () => {
      const trace = bigTrace(50_000, shape);
      for (const text of [
        'child(status = error) and name = nothing or descendant(name = nothing)',
        'ancestor(status = error) and descendant(parent(child(kind = client))) and count(kind = client) = 0',
      ]) {
        const query = parse(text);
        const before = process.cpuUsage();

        expect(query.matchesTrace(trace)).to.equal(false);
        for (const span of trace.spans) query.matchesSpan(span, trace);

        expect(process.cpuUsage(before).user / 1_000).to.be.below(1_000);
      }
    });
  }
});

/** Parents as the query sees them: walking up from each span in turn, a circle is cut at its last span. */
function withoutCircles(spans: readonly SpanRow[]): (span: SpanRow) => SpanRow | undefined {
  const parents = new Map<SpanRow, SpanRow | undefined>();
  for (const span of spans) {
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
    parents.set(span, parent === span ? undefined : parent);
  }
  for (const span of spans) {
    const walk = [span];
    for (let next = parents.get(span); next !== undefined && !walk.includes(next); next = parents.get(next))
      walk.push(next);
    if (parents.get(walk.at(-1)!) !== undefined) parents.set(walk.at(-1)!, undefined);
  }
  return (span) => parents.get(span);
}
