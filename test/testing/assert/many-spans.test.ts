import { expect } from 'chai';
import { captureTrace } from '../../../src/testing/capture/captured-traces.js';
import type { CapturedNode, CapturedTrace } from '../../../src/trace/captured-span.js';
import {
  assertNoSpan,
  assertSpan,
  assertTrace,
  exactly,
  ordered,
  type SpanPattern,
} from '../../../src/testing/assert/index.js';
import { traceOf } from '../captured-spans.js';
import { thrownBy } from './thrown.js';

/*
 * Far more spans than tests usually make, and far deeper patterns. Code that takes quadratic time, or recursion per
 * span, would not finish.
 */

/** Deeper than recursion can go. */
const CHAIN = 15_000;
const SIBLINGS = 20_000;
/** More than a call takes arguments. */
const ARGUMENTS = 130_000;
/** Characters of a message, or of one side of a difference. */
const READABLE = 60_000;

const { children: _, ...template } = traceOf('span').roots[0] as CapturedNode;
const idOf = (number: number): string => number.toString(16).padStart(16, '0');

/** Spans that count up, each under the one that `parentOf` gives. */
function traceUnder(count: number, parentOf: (number: number) => number | undefined): CapturedTrace {
  const { traceId } = template;
  const records = Array.from({ length: count }, (_, number) => {
    const parent = parentOf(number);
    const parentSpanId = parent === undefined ? undefined : idOf(parent);
    const span = { ...template, name: `s${number}`, spanId: idOf(number), parentSpanId, startTime: number };
    return { traceId, order: number, captured: () => span };
  });
  return captureTrace(records);
}

const chain = traceUnder(CHAIN, (number) => (number === 0 ? undefined : number - 1));
const flat = traceUnder(SIBLINGS + 1, (number) => (number === 0 ? undefined : 0));
const flatRoot = flat.roots[0] as CapturedNode;

function nested(depth: number, relation: 'children' | 'descendants', innermost: SpanPattern): SpanPattern {
  let pattern = innermost;
  for (let level = depth - 1; level >= 0; level--) pattern = { name: `s${level}`, [relation]: [pattern] };
  return pattern;
}

describe('captureTrace', () => {
  it('builds a tree of spans that started after their children', () => {
    const reversed = traceUnder(CHAIN, (number) => (number === CHAIN - 1 ? undefined : number + 1));

    expect(reversed.roots.map(({ name }) => name)).to.deep.equal([`s${CHAIN - 1}`]);
  });
});

describe('An assertion over a deep trace', () => {
  it('calls a function of a pattern once for each span, whether the pattern matches or not', () => {
    let calls = 0;
    const isNope = (): boolean => {
      calls++;
      return false;
    };
    const patterns: SpanPattern[] = [
      { name: isNope },
      { children: [{ name: isNope }] },
      { descendants: [{ name: isNope }, { name: 's5' }] },
    ];

    for (const pattern of patterns) {
      calls = 0;
      thrownBy(() => assertSpan(chain, pattern));
      expect(calls).to.be.at.most(CHAIN);
    }
  });

  it('finds a span at the bottom', () => {
    const last = `s${CHAIN - 1}`;

    expect(assertSpan(chain, { name: last }).name).to.equal(last);
    expect(assertSpan(chain.spans, { name: last }).name).to.equal(last);
    expect(assertSpan(chain, { descendants: [{ name: 's7' }, { name: last }] }).name).to.equal('s0');
    expect(assertSpan(chain, { descendants: ordered({ name: 's9' }, { name: last }) }).name).to.equal('s0');
    expect(assertSpan(chain, { descendants: exactly({ name: last }) }).name).to.equal(`s${CHAIN - 2}`);
    expect(assertSpan(chain, { scope: 'test', times: CHAIN }).name).to.equal('s0');
  });

  it('fails with a report of bounded size that counts the omitted spans', () => {
    const failures = [
      thrownBy(() => assertNoSpan(chain, { scope: 'test' })),
      thrownBy(() => assertSpan(chain, { scope: 'test', times: CHAIN + 1 })),
      thrownBy(() => assertSpan(chain, { name: `s${CHAIN - 1}`, kind: 'server' })),
      thrownBy(() => assertTrace(chain, { name: 's0', descendants: [{ name: 'nope', times: CHAIN }] })),
    ];

    for (const { message, actual, expected } of failures) {
      expect(message.length).to.be.below(READABLE);
      expect(actual.length).to.be.below(READABLE);
      expect(expected.length).to.be.below(READABLE);
      expect(message).to.match(/… 149\d\d more spans/);
    }
  });

  it('shows the wrong span at the bottom with the spans directly above it', () => {
    const { message } = thrownBy(() => assertSpan(chain, { name: 's7500', kind: 'server' }));

    expect(message)
      .to.contain('… 7489 more spans\n')
      .and.to.match(/✗ .*└─ s7500\n.*kind: expected server, got internal\n.*… 7499 more spans\n/);
  });
});

describe('An assertion over a span with many children', () => {
  const patterns: Record<string, () => unknown> = {
    'that names one that is not there': () =>
      assertTrace(flat, { name: 's0', children: [{ name: 'nope' }, { name: 's5' }] }),
    'that names two in the wrong order': () =>
      assertTrace(flat, { name: 's0', children: ordered({ name: 's9' }, { name: 's5' }) }),
    'that allows no others': () => assertTrace(flat, { name: 's0', children: [{ name: 's1' }] }, { exact: true }),
    'that wants one more than there are': () =>
      assertTrace(flat, { name: 's0', children: [{ scope: 'test', times: SIBLINGS + 1 }] }),
    'that wants none of them': () => assertNoSpan(flat, { scope: 'test' }),
    'that is of all their roots': () =>
      assertSpan({ spans: [], traces: [{ ...flat, roots: flatRoot.children }] }, { name: 'nope' }),
    'that is of as many traces': () =>
      assertTrace(
        flatRoot.children.map((root, index) => ({ traceId: String(index), roots: [root], spans: [root] })),
        { name: 'nope' },
      ),
  };
  for (const [name, code] of Object.entries(patterns)) {
    it(`fails with a report of bounded size for a pattern ${name}`, () => {
      const { message, actual, expected } = thrownBy(code);

      expect(`${message}${actual}${expected}`.length).to.be.below(READABLE);
    });
  }
});

describe('An assertion over more spans than a call can have arguments', () => {
  it('fails with its report', () => {
    const trace = traceUnder(ARGUMENTS + 1, (number) => (number === 0 ? undefined : 0));

    const { message } = thrownBy(() => assertTrace(trace, { name: 's0', children: [{ name: 'nope' }] }));

    expect(message).to.contain('… 130000 more spans');
  });
});

describe('A pattern', () => {
  for (const [relation, depth] of [
    ['children', 2_000],
    ['descendants', 400],
  ] as const) {
    it(`that nests ${depth} deep by its ${relation} is compared and reported like any other`, () => {
      const trace = traceUnder(depth + 1, (number) => (number === 0 ? undefined : number - 1));
      assertTrace(trace, nested(depth, relation, { name: `s${depth}` }));

      const { message } = thrownBy(() => assertTrace(trace, nested(depth, relation, { name: 'nope' })));

      expect(message).to.match(new RegExp(`^the trace does not match: s${depth - 1}: missing: (descendant )?nope\\n`));
      expect(message.length).to.be.below(READABLE);
    });
  }

  it('that nests by not is compared like any other', () => {
    let pattern: SpanPattern = { name: 's2000' };
    for (let level = 1_999; level >= 0; level--) pattern = { not: { children: [pattern] } };

    assertTrace(chain, pattern);
  });

  it('with a value that nests more than 100 deep, or contains itself, is rejected', () => {
    const ring: Record<string, unknown> = {};
    ring['inner'] = ring;

    expect(() => assertTrace(chain, { events: [{ body: ring }] })).to.throw(
      TypeError,
      'values in patterns must be nested at most 100 levels deep',
    );
  });
});
