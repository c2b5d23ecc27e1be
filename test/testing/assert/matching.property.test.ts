import { AssertionError } from 'node:assert';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  absent,
  assertNoSpan,
  assertSpan,
  assertTrace,
  exactly,
  matchesTrace,
  ordered,
  type AttributesPattern,
  type ListPattern,
  type SpanPattern,
} from '../../../src/testing/assert/index.js';
import type { CapturedNode, CapturedTrace } from '../../../src/trace/captured-span.js';
import { runs } from '../../property-runs.js';
import { traceOf, type Sketch } from '../captured-spans.js';

/** Few names and values, so that spans are like each other. */
const NAMES = fc.constantFrom('a', 'b', 'c');

const sketches = (depth: number): fc.Arbitrary<Sketch> =>
  fc.record(
    {
      name: NAMES,
      attributes: fc.dictionary(fc.constantFrom('x', 'y'), fc.nat(1)),
      events: fc.array(fc.record({ name: NAMES, attributes: fc.dictionary(fc.constantFrom('z'), fc.nat(1)) }), {
        maxLength: 2,
      }),
      ended: fc.boolean(),
      children: depth === 0 ? fc.constant([]) : fc.array(sketches(depth - 1), { maxLength: 3 }),
    },
    { requiredKeys: ['name', 'children'] },
  );

/** Patterns of names and children only, which can be tried by brute force. */
interface Plain {
  name?: string;
  children?: Plain[];
  descendants?: Plain[];
}

const plains = (depth: number): fc.Arbitrary<Plain> => {
  const inner = fc.array(depth === 0 ? fc.record({ name: NAMES }) : plains(depth - 1), { maxLength: 3 });
  return fc.record({ name: NAMES, children: inner, descendants: inner }, { requiredKeys: [] });
};

const attributes = fc.dictionary(fc.constantFrom('x', 'y'), fc.oneof(fc.nat(1), fc.constant(absent), fc.constant(/1/)));

const patterns = (depth: number): fc.Arbitrary<SpanPattern> => {
  const wrappers = fc.constantFrom<(items: SpanPattern[]) => ListPattern<SpanPattern>>(
    (items) => items,
    (items) => exactly(items),
    (items) => ordered(items),
    () => absent,
  );
  const inner = fc.array(depth === 0 ? fc.record({ name: NAMES }) : patterns(depth - 1), { maxLength: 2 });
  const lists = fc.tuple(wrappers, inner).map(([wrap, items]) => wrap(items));
  return fc.record(
    {
      name: NAMES,
      kind: fc.constantFrom('server', 'internal'),
      attributes: fc.oneof(
        attributes,
        attributes.map((all) => exactly<AttributesPattern>(all)),
        fc.constant(absent),
      ),
      events: fc.oneof(fc.array(fc.record({ name: NAMES }), { maxLength: 2 }), fc.constant(absent)),
      exception: fc.constant({ type: 'E' }),
      links: fc.constant([{ spanId: '1' }]),
      exact: fc.boolean(),
      children: lists,
      descendants: lists,
      not: fc.record({ name: NAMES }),
    },
    { requiredKeys: [] },
  );
};

function bruteForce(node: CapturedNode, { name, children = [], descendants = [] }: Plain): boolean {
  const below = (parent: CapturedNode): CapturedNode[] => parent.children.flatMap((child) => [child, ...below(child)]);
  const placed = (patterns: Plain[], nodes: CapturedNode[]): boolean => {
    const [first, ...rest] = patterns;
    if (first === undefined) return true;
    return nodes.some(
      (candidate) =>
        bruteForce(candidate, first) &&
        placed(
          rest,
          nodes.filter((other) => other !== candidate),
        ),
    );
  };
  return (
    (name === undefined || node.name === name) &&
    placed(children, [...node.children]) &&
    placed(descendants, below(node))
  );
}

/** A pattern that mentions all there is. */
function patternOf(node: CapturedNode): SpanPattern {
  return {
    name: node.name,
    kind: node.kind,
    status: node.status,
    ended: node.ended,
    attributes: node.attributes as Record<string, number>,
    events: node.events.map(({ name, attributes: own }) => ({ name, attributes: own as Record<string, number> })),
    children: node.children.map(patternOf),
  };
}

/** All ways to change one value that a pattern mentions into one that no span has. */
function changed(from: SpanPattern): SpanPattern[] {
  const own = from.attributes as Record<string, number>;
  const events = from.events as { name: string }[];
  const children = from.children as SpanPattern[];
  return [
    { ...from, name: 'changed' },
    { ...from, kind: 'producer' },
    { ...from, status: 'ok' },
    { ...from, ended: !from.ended },
    ...Object.keys(own).map((key) => ({ ...from, attributes: { ...own, [key]: 7 } })),
    ...events.map((event, index) => ({ ...from, events: events.with(index, { ...event, name: 'changed' }) })),
    ...children.flatMap((child, index) =>
      changed(child).map((other) => ({ ...from, children: children.with(index, other) })),
    ),
  ];
}

function rootOf(trace: CapturedTrace): CapturedNode {
  return trace.roots[0] as CapturedNode;
}

describe('A pattern', () => {
  it('matches whenever an exhaustive search finds an assignment', () => {
    fc.assert(
      fc.property(sketches(2), plains(2), (spans, expected) => {
        const trace = traceOf(spans);

        expect(matchesTrace(expected, trace)).to.equal(bruteForce(rootOf(trace), expected));
      }),
      { numRuns: runs(2000) },
    );
  });

  it('made from a trace matches exactly that trace', () => {
    fc.assert(
      fc.property(sketches(2), (spans) => {
        const trace = traceOf(spans);

        assertTrace(trace, patternOf(rootOf(trace)));
        assertTrace(trace, patternOf(rootOf(trace)), { exact: true });
      }),
    );
  });

  it('made from a trace stops matching when any of its values changes, and the report shows the change', () => {
    fc.assert(
      fc.property(sketches(2), (spans) => {
        const trace = traceOf(spans);

        for (const other of changed(patternOf(rootOf(trace))).slice(0, 30)) {
          expect(failureOf(() => assertTrace(trace, other))).to.satisfy(differs);
        }
      }),
      { numRuns: runs(50) },
    );
  });
});

function differs(error: AssertionError): boolean {
  return error.actual !== error.expected;
}

function failureOf(code: () => unknown): AssertionError {
  try {
    code();
  } catch (error) {
    if (error instanceof AssertionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('The report', () => {
  it('is written for any mismatch, and its two sides differ', () => {
    fc.assert(
      fc.property(sketches(2), patterns(2), (spans, expected) => {
        const trace = traceOf(spans);
        const assertions = [
          () => assertTrace(trace, expected),
          () => assertTrace([trace, trace], expected, { exact: true }),
          () => assertSpan(trace, { ...expected, times: 3 }),
          () => assertNoSpan(trace, expected),
        ];
        for (const assertion of assertions) {
          try {
            assertion();
          } catch (error) {
            expect(error).to.be.instanceOf(AssertionError);
            expect(error).to.satisfy(differs);
          }
        }
      }),
      { numRuns: runs(500) },
    );
  });
});
