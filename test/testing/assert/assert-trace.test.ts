import { AssertionError } from 'node:assert';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import {
  absent,
  assertTrace,
  exactly,
  matchesTrace,
  ordered,
  type SpanPattern,
} from '../../../src/testing/assert/index.js';
import type { CapturedNode, CapturedSpan } from '../../../src/trace/captured-span.js';
import { traceOf, traceWithId } from '../captured-spans.js';
import { thrownBy } from './thrown.js';

const checkout = traceOf({
  name: 'POST /checkout',
  kind: 'server',
  status: 'error',
  statusMessage: 'card declined',
  attributes: { 'http.route': '/checkout', 'order.id': 'ord_7', tags: ['a', 'b'] },
  events: [
    { name: 'retrying', attributes: { attempt: 1 } },
    { name: 'exception', attributes: { 'exception.type': 'CardDeclined', 'exception.message': 'no funds' } },
  ],
  children: [
    { name: 'db.insert', kind: 'client' },
    { name: 'charge', attributes: { amount: 12 }, children: ['retry', { name: 'retry', links: [{ spanId: 'abc' }] }] },
  ],
});

const matches = (pattern: SpanPattern, trace = checkout): boolean => matchesTrace(pattern, trace);

describe('assertTrace', () => {
  it('accepts a trace that has everything in the pattern, and returns its root', () => {
    const root = assertTrace(checkout, {
      name: 'POST /checkout',
      kind: 'server',
      status: 'error',
      attributes: { 'http.route': '/checkout', 'order.id': /^ord_/ },
      exception: { type: 'CardDeclined' },
      events: [{ name: 'retrying' }],
      children: [{ name: 'db.insert' }, { name: 'charge', attributes: { amount: (n) => n > 0 } }],
      descendants: [{ name: 'retry', times: 2 }],
      not: { descendants: [{ name: 'email.send' }] },
    });

    expect(root).to.equal(checkout.roots[0]);
  });

  it('accepts a trace, a span in its trace, a run, spans, and a list of traces of which one has to match', () => {
    const other = traceWithId('1'.repeat(32), 'GET /');
    const pattern = { name: 'POST /checkout', children: [{ name: 'charge' }] };

    assertTrace(checkout, pattern);
    assertTrace(checkout.roots[0]!, pattern);
    assertTrace([other, checkout], pattern);
    assertTrace({ spans: [...other.spans, ...checkout.spans], traces: [other, checkout] }, pattern);
    assertTrace(
      { spans: checkout.spans.map(({ children: _, ...span }: Partial<CapturedNode>) => span as CapturedSpan) },
      pattern,
    );
    expect(() => assertTrace([other], pattern)).to.throw(AssertionError);
    expect(() => assertTrace({} as never, pattern)).to.throw(
      TypeError,
      'spans must be a scope, a run, a store, a batch, a trace',
    );
  });

  it('compares only the root', () => {
    expect(matches({ name: 'charge' })).to.equal(false);
  });
});

describe('A value', () => {
  it('is compared with a literal, an array by its elements', () => {
    expect(matches({ attributes: { 'order.id': 'ord_7', tags: ['a', 'b'] } })).to.equal(true);
    expect(matches({ attributes: { tags: ['a', /b/] as never } })).to.equal(true);
    expect(matches({ attributes: { tags: ['b', 'a'] } })).to.equal(false);
    expect(matches({ attributes: { tags: ['a'] } })).to.equal(false);
    expect(matches({ attributes: { 'order.id': 7 } })).to.equal(false);
  });

  it('is compared with a pattern, regardless of earlier matches', () => {
    const sticky = /ord/gy;

    for (let time = 0; time < 3; time++) expect(matches({ attributes: { 'order.id': sticky } })).to.equal(true);
  });

  it('is passed to a predicate', () => {
    expect(matches({ name: (name: string) => name.startsWith('POST') })).to.equal(true);
    expect(matches({ name: () => false })).to.equal(false);
  });

  it('for which a predicate throws does not match', () => {
    expect(matches({ attributes: { tags: (text: string) => text.startsWith('a') } })).to.equal(false);
  });

  it('is passed to matchers of sinon, jest and vitest', () => {
    const anyNumber = { asymmetricMatch: (value: unknown) => typeof value === 'number' };

    expect(matches({ name: sinon.match('checkout') as never })).to.equal(true);
    expect(matches({ name: sinon.match.number as never })).to.equal(false);
    expect(matches({ children: [{ attributes: { amount: anyNumber } }] })).to.equal(true);
    expect(matches({ name: anyNumber })).to.equal(false);
  });

  it('that is missing matches absent only', () => {
    expect(matches({ attributes: { missing: absent }, parentSpanId: absent })).to.equal(true);
    expect(matches({ attributes: { 'order.id': absent } })).to.equal(false);
    expect(matches({ attributes: { mising: (value: unknown) => value !== 1 } })).to.equal(false);
    expect(matches({ attributes: { toString: () => true } })).to.equal(false);
  });

  it('of kind and status can be written by name and by number', () => {
    expect(matches({ kind: SpanKind.SERVER, status: SpanStatusCode.ERROR })).to.equal(true);
    expect(matches({ kind: SpanKind.CLIENT })).to.equal(false);
    expect(matches({ kind: /serv/, status: (name: string) => name === 'error' })).to.equal(true);
  });
});

describe('Lists', () => {
  it('need a different element for each expected one', () => {
    expect(matches({ children: [{ name: 'charge' }, { name: 'charge' }] })).to.equal(false);
    expect(matches({ descendants: [{ name: 'retry' }, { name: 'retry' }] })).to.equal(true);
    expect(matches({ descendants: [{ name: 'retry', times: 3 }] })).to.equal(false);
  });

  it('reserve an element for the only expectation that it matches', () => {
    expect(matches({ children: [{}, { name: 'db.insert' }] })).to.equal(true);
    expect(matches({ children: [{ name: /./ }, { name: 'charge' }] })).to.equal(true);
  });

  it('allow no other elements with exactly', () => {
    expect(matches({ children: exactly({ name: 'charge' }, { name: 'db.insert' }) })).to.equal(true);
    expect(matches({ children: exactly([{ name: 'charge' }, { name: 'db.insert' }]) })).to.equal(true);
    expect(matches({ children: exactly({ name: 'charge' }) })).to.equal(false);
    expect(matches({ children: exactly<SpanPattern>() })).to.equal(false);
    expect(matches({ children: absent })).to.equal(false);
    expect(matches({ links: absent })).to.equal(true);
    expect(matches({ attributes: exactly({ 'http.route': '/checkout' }) })).to.equal(false);
    expect(matches({ children: [{ attributes: exactly({ amount: 12 }) }] })).to.equal(true);
    expect(matches({ children: [{ name: 'charge', attributes: absent }] })).to.equal(false);
  });

  it('keep the order with ordered', () => {
    expect(matches({ children: ordered({ name: 'db.insert' }, { name: 'charge' }) })).to.equal(true);
    expect(matches({ children: ordered({ name: 'charge' }, { name: 'db.insert' }) })).to.equal(false);
    expect(matches({ descendants: ordered({ name: 'db.insert' }, { name: 'retry' }) })).to.equal(true);
    expect(matches({ children: exactly(ordered({ name: 'db.insert' }, { name: 'charge' })) })).to.equal(true);
    expect(matches({ children: ordered(exactly({ name: 'db.insert' })) })).to.equal(false);
  });

  it('without an expected event are reported with the existing events', () => {
    const trace = traceOf({ name: 'job', events: ['started', 'retrying', 'done'] });

    expect(thrownBy(() => assertTrace(trace, { events: [{ name: 'retried' }, { name: 'done' }] })).message).to.match(
      /: missing: event retried; there are started, retrying$/m,
    );
  });

  it('without an expected event among many are reported with the first of them', () => {
    const trace = traceOf({ name: 'job', events: ['1', '2', '3', '4', '5', '6', '7'] });

    expect(thrownBy(() => assertTrace(trace, { events: [{ name: 'x' }] })).message).to.match(
      /; there are 1, 2, 3, 4, 5, … 2 more$/m,
    );
  });

  it('of links and events are compared in the same way', () => {
    expect(matches({ descendants: [{ name: 'retry', links: [{ spanId: 'abc' }] }] })).to.equal(true);
    expect(
      matches({ events: ordered({ name: 'retrying', attributes: { attempt: 1 } }, { name: 'exception' }) }),
    ).to.equal(true);
    expect(matches({ events: [{ name: 'retrying', attributes: { attempt: 2 } }] })).to.equal(false);
    expect(matches({ exception: absent })).to.equal(false);
    expect(matches({ exception: { type: 'CardDeclined', message: /funds/ } })).to.equal(true);
  });
});

describe('exact', () => {
  const trace = traceOf({ name: 'a', attributes: { x: 1 }, events: ['e'], children: [{ name: 'b', children: ['c'] }] });
  const all = {
    name: 'a',
    attributes: { x: 1 },
    events: [{ name: 'e' }],
    children: [{ name: 'b', children: [{ name: 'c' }] }],
  };

  it('accepts a trace if the pattern mentions all of its elements', () => {
    expect(matchesTrace(all, trace, { exact: true })).to.equal(true);
    expect(matches({ ...all, exact: true }, trace)).to.equal(true);
  });

  it('allows no further child, attribute or event at any depth, and no further root', () => {
    for (const less of [
      { ...all, children: [{ name: 'b' }] },
      { ...all, children: [] },
      { ...all, attributes: {} },
      { ...all, events: [] },
      { name: 'a' },
    ]) {
      expect(matchesTrace(less, trace, { exact: true }), JSON.stringify(less)).to.equal(false);
      expect(matches(less, trace)).to.equal(true);
    }
    expect(matchesTrace({ name: 'a' }, traceOf('a', 'b'), { exact: true })).to.equal(false);
  });

  it('can be turned off further down', () => {
    expect(matchesTrace({ ...all, children: [{ name: 'b', exact: false }] }, trace, { exact: true })).to.equal(true);
  });

  it('treats descendants as the complete list', () => {
    const own = { name: 'a', attributes: { x: 1 }, events: [{ name: 'e' }] };

    expect(matchesTrace({ ...own, descendants: [{ name: 'c' }, { name: 'b' }] }, trace, { exact: true })).to.equal(
      true,
    );
    expect(matchesTrace({ ...own, descendants: [{ name: 'c' }] }, trace, { exact: true })).to.equal(false);
  });

  it('treats a mentioned exception as one of the events', () => {
    const failed = traceOf({ name: 'a', events: [{ name: 'exception', attributes: { 'exception.type': 'E' } }] });

    expect(matchesTrace({ name: 'a', exception: { type: 'E' } }, failed, { exact: true })).to.equal(true);
    expect(matchesTrace({ name: 'a' }, failed, { exact: true })).to.equal(false);
  });
});

describe('not', () => {
  it('fails for each mentioned thing alone', () => {
    expect(matches({ not: { descendants: [{ name: 'email.send' }, { name: 'sms.send' }] } })).to.equal(true);
    expect(matches({ not: { descendants: [{ name: 'email.send' }, { name: 'retry' }] } })).to.equal(false);
    expect(matches({ not: { name: 'x', kind: 'server' } })).to.equal(false);
    expect(matches({ not: { attributes: { 'order.id': /^x/ } } })).to.equal(true);
  });

  it('limits the number of matches', () => {
    expect(matches({ not: { descendants: [{ name: 'retry', times: 3 }] } })).to.equal(true);
    expect(matches({ not: { descendants: [{ name: 'retry', times: 2 }] } })).to.equal(false);
  });
});

describe('The failure', () => {
  const error = thrownBy(() =>
    assertTrace(checkout, {
      name: 'POST /checkout',
      status: 'ok',
      attributes: { 'order.id': /^ord_/ },
      children: [
        { name: 'db.insert' },
        { name: 'charge', attributes: { amount: 0 } },
        { name: 'audit', kind: 'producer' },
      ],
      not: { descendants: [{ name: 'retry', links: [{ spanId: 'abc' }] }] },
    }),
  );

  it('is the captured tree, with the differences', () => {
    expect(error.message.trimEnd().split('\n')).to.deep.equal([
      'the trace does not match: POST /checkout: status: expected ok, got error (and 3 more differences)',
      '',
      '✗ POST /checkout  server  error: "card declined"',
      '  │  status: expected ok, got error',
      '✓ ├─ db.insert  client',
      '✗ ├─ charge',
      '  │  │  amount: expected 0, got 12',
      '  │  ├─ retry',
      '✗ │  └─ retry',
      '  │        not expected as descendant',
      '✗ └─ missing: audit {kind: producer}',
    ]);
  });

  it('has two trees of the mentioned parts, which agree wherever the pattern matches', () => {
    expect(error.code).to.equal('ERR_ASSERTION');
    expect(error.actual.split('\n')).to.deep.equal([
      'POST /checkout',
      '    status: error',
      '    order.id: ord_7',
      '  db.insert',
      '  charge',
      '      amount: 12',
      '  ⋯ retry',
    ]);
    expect(error.expected.split('\n')).to.deep.equal([
      'POST /checkout',
      '    status: ok',
      '    order.id: ord_7',
      '  db.insert',
      '  charge',
      '      amount: 0',
      '  audit',
      '      kind: producer',
    ]);
  });

  it('has the stack of the call', () => {
    expect(error.stack?.slice(error.stack.indexOf('\n    at ')).split('\n')[1]).to.match(/assert-trace\.test\.ts/);
  });

  it('shows the captured exception in place of the expected one', () => {
    const exception = { name: 'exception', attributes: { 'exception.type': 'CardDeclined' } };
    const trace = traceOf({ name: 'charge', events: [exception] });

    expect(thrownBy(() => assertTrace(trace, { exception: { type: 'Timeout' } })).message).to.include(
      'exception: type: expected Timeout, got CardDeclined',
    );
    expect(thrownBy(() => assertTrace(traceOf('charge'), { exception: { type: 'Timeout' } })).message).to.include(
      'missing: exception {type: Timeout}',
    );
  });

  it('compares with the nearest of several traces', () => {
    const near = traceWithId('1'.repeat(32), { name: 'a', attributes: { x: 1, y: 1 } });
    const far = traceWithId('2'.repeat(32), { name: 'b', attributes: { x: 1, y: 2 } });

    const { message } = thrownBy(() => assertTrace([far, near], { name: 'a', attributes: { x: 1, y: 2 } }));

    expect(message).to.match(/^none of 2 traces matches: a: y: expected 2, got 1\n/);
  });

  it('marks spans that are out of order, surplus or still open', () => {
    const trace = traceOf({ name: 'a', children: ['b', 'c', { name: 'd', ended: false }] });

    expect(thrownBy(() => assertTrace(trace, { children: ordered({ name: 'c' }, { name: 'b' }) })).message).to.contain(
      'out of order',
    );
    const { message } = thrownBy(() => assertTrace(trace, { children: exactly({ name: 'b' }, { name: 'c' }) }));
    expect(message)
      .to.contain('d: not expected as child')
      .and.to.match(/still open: d\n$/);
  });

  it('shows no difference in a matching list, even if a span matches several of its elements', () => {
    const trace = traceOf({
      name: 'a',
      children: [
        { name: 'b', attributes: { x: 1 } },
        { name: 'b', attributes: { x: 2 } },
      ],
    });
    const children = [{ name: 'b' }, { name: 'b', attributes: { x: 1 } }];

    expect(thrownBy(() => assertTrace(trace, { name: 'z', children })).message).to.contain('name: expected z, got a\n');
    const inOrder = ordered({ name: 'b', attributes: { x: 1 } }, { name: 'b' });
    expect(thrownBy(() => assertTrace(trace, { name: 'z', children: inOrder })).message).to.contain(
      'name: expected z, got a\n',
    );
  });

  it('shows only the surroundings of the differences in a large trace', () => {
    const trace = traceOf({
      name: 'a',
      children: [...Array.from({ length: 500 }, (_, index) => `b${index}`), { name: 'c', attributes: { x: 1 } }, 'd'],
    });

    const { message } = thrownBy(() =>
      assertTrace(trace, { name: 'a', children: [{ name: 'c', attributes: { x: 2 } }] }),
    );

    expect(message.trimEnd().split('\n').slice(2)).to.deep.equal([
      '✗ a',
      '  ├─ … 500 more spans',
      '✗ ├─ c',
      '  │     x: expected 2, got 1',
      '  └─ … 1 more span',
    ]);
  });

  it('reports that nothing was captured', () => {
    expect(thrownBy(() => assertTrace([], { name: 'a' })).message).to.equal('no trace was captured, expected a');
  });

  it('contains no control character', () => {
    const { message } = thrownBy(() => assertTrace(traceOf('\x1b[2J'), { name: 'a\nb' }));

    expect(message).not.to.contain('\x1b');
  });

  it('is built quickly for deep and wide traces', () => {
    const wide = traceOf({ name: 'a', children: Array.from({ length: 2000 }, () => ({ name: 'b', children: ['c'] })) });
    const nested = { descendants: [{ descendants: [{ name: 'c' }] }, { descendants: [{ name: 'x' }] }] };

    thrownBy(() => assertTrace(wide, nested));
    thrownBy(() => assertTrace(wide, { children: Array.from({ length: 50 }, () => ({ name: 'z' })) }));
  });
});

describe('A wrong pattern', () => {
  const cases: [what: string, pattern: unknown, message: string][] = [
    ['an unknown key', { atributes: {} }, "unknown key 'atributes' in pattern: {}, known keys: name"],
    [
      'an unknown key further down',
      { children: [{}, { nam: 'a' }] },
      "unknown key 'nam' in pattern.children[1]: 'a', known keys: name",
    ],
    [
      'a key without a value',
      { name: undefined },
      'pattern.name must be left out or have a value, such as absent, got undefined',
    ],
    ['an attribute without a value', { attributes: { x: undefined } }, "pattern.attributes['x'] must be a string"],
    ['an attribute that is an object', { attributes: { x: { y: 1 } } }, "pattern.attributes['x'] must be a string"],
    [
      'a value of the wrong type',
      { name: 5 },
      'pattern.name must be a string, a RegExp, a predicate, a matcher or absent, got 5 (number)',
    ],
    ['an unknown kind', { kind: 'sever' }, "pattern.kind must be 'internal' (0), 'server' (1)"],
    ['an unknown number of a status', { status: 7 }, "pattern.status must be 'unset' (0)"],
    [
      'a class for a predicate',
      { attributes: { x: Number } },
      "pattern.attributes['x'] must be a predicate, not a class",
    ],
    [
      'a promise of a predicate',
      { name: () => Promise.resolve(false) },
      'pattern.name must be a synchronous predicate',
    ],
    ['no list', { children: { name: 'a' } }, 'pattern.children must be a list, exactly(), ordered() or absent, got'],
    [
      'no object',
      'POST /checkout',
      "pattern must be an object, got 'POST /checkout' (string): a name goes into { name: 'POST /checkout' }",
    ],
    [
      'an impossible number of times',
      { children: [{ times: 0 }] },
      'pattern.children[0].times must be a positive integer, got 0',
    ],
    ['times where there is one only', { times: 2 }, "unknown key 'times' in pattern"],
    ['an exact that is no boolean', { exact: 1 }, 'pattern.exact must be true or false, got 1'],
    ['a not that refuses nothing', { not: {} }, 'pattern.not must be a non-empty pattern'],
    ['a not of a whole list', { not: { children: exactly({}) } }, 'pattern.not must not contain exactly()'],
  ];
  for (const [what, pattern, message] of cases) {
    it(`with ${what} throws, unlike one that does not match`, () => {
      expect(() => assertTrace(checkout, pattern as SpanPattern)).to.throw(TypeError, message);
    });
  }

  it('that contains itself is rejected', () => {
    const pattern: { children: unknown[] } = { children: [] };
    pattern.children.push(pattern);

    expect(() => assertTrace(checkout, pattern as SpanPattern)).to.throw(TypeError, 'must not contain itself');
  });

  it('that uses an undefined variable throws a ReferenceError', () => {
    expect(() => matches({ name: () => notThere })).to.throw(ReferenceError);
  });

  it('is also found in the options', () => {
    expect(() => assertTrace(checkout, {}, { exakt: true } as never)).to.throw(TypeError, "unknown option 'exakt'");
    expect(() => assertTrace(checkout, {}, { exact: 1 } as never)).to.throw(TypeError, 'exact must be true or false');
  });
});

declare const notThere: boolean;
