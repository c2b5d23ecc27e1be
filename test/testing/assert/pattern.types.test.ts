import { expect } from 'chai';
import {
  assertNoSpan,
  assertTrace,
  exactly,
  ordered,
  type AttributesPattern,
  type EventPattern,
  type SpanPattern,
} from '../../../src/testing/assert/index.js';
import { traceOf } from '../captured-spans.js';

/*
 * The compiler's view of patterns: the test is that this file compiles.
 */

const trace = traceOf('a');
const attributes: AttributesPattern = { x: 1 };

/** Never called. */
function patterns(): void {
  assertTrace(trace, {
    attributes: exactly(attributes),
    children: exactly({ kind: 'client', attributes: { amount: (n) => n > 0 } }, { name: 'b', times: 2 }),
    descendants: ordered(exactly([{ name: 'b' }])),
    events: exactly({ name: 'e' }, { severity: 'INFO' }),
  });
  const children = exactly({ name: 'a' }, { kind: 'client' });
  const inOrder = ordered([{ name: 'a', times: 2 }, { name: 'b' }]);
  const listed = exactly([{ name: 'a' }, { attributes: { amount: (n) => n > 0 } }]);
  const both = [exactly(ordered([{ name: 'a' }])), exactly(inOrder), exactly(ordered({ name: 'a' }, { name: 'b' }))];
  const events = exactly<EventPattern>([{ name: 'e' }, { severity: 9 }]);
  const names = ['a', 'b'];
  const mapped = ordered(names.map((name) => ({ name })));
  assertTrace(trace, { children, descendants: inOrder, events });
  for (const list of [listed, ...both, ordered(listed), mapped]) assertTrace(trace, { children: list });
  // @ts-expect-error -- unknown key, in a list on its own
  exactly([{ nam: 'x' }]);
  // @ts-expect-error -- unknown key, on its own
  ordered({ nam: 'x' });
  // @ts-expect-error -- no pattern
  ordered(['a']);
  const nothing: void = assertNoSpan(trace, {});
  // @ts-expect-error -- unknown key
  assertTrace(trace, { nam: 'x' });
  // @ts-expect-error -- unknown key, in a wrapper
  assertTrace(trace, { children: exactly({ nam: 'x' }) });
  // @ts-expect-error -- unknown kind
  assertTrace(trace, { kind: 'sever' });
  // @ts-expect-error -- nothing that has spans
  assertTrace(5, {});
  // @ts-expect-error -- a root is one span
  assertTrace(trace, { times: 2 });
  return nothing;
}

describe('SpanPattern', () => {
  it('is checked by the compiler, in wrappers as well', () => {
    const pattern: SpanPattern = { attributes: exactly({ 'http.route': '/x', n: (value) => value > 1 }) };

    expect(pattern).to.be.an('object');
    expect(patterns).to.be.a('function');
  });
});
