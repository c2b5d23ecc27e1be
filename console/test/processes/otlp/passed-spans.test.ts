import { expect } from 'chai';
import { MAX_PASSED, PassedSpans } from '../../../src/processes/otlp/passed-spans.js';

const contextOf = (number: number) => ({
  traceId: 'ab'.repeat(16),
  spanId: number.toString(16).padStart(16, '0'),
  traceFlags: 1,
});

describe('PassedSpans', () => {
  it('has the last 10,000 spans', () => {
    const passed = new PassedSpans();
    for (let number = 0; number <= MAX_PASSED; number++) passed.add(contextOf(number));

    expect(MAX_PASSED).to.equal(10_000);
    expect([0, 1, MAX_PASSED, MAX_PASSED + 1].map((number) => passed.has(contextOf(number)))).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
  });

  it('distinguishes traces', () => {
    const passed = new PassedSpans();
    passed.add(contextOf(1));

    expect(passed.has({ ...contextOf(1), traceId: 'cd'.repeat(16) })).to.equal(false);
  });
});
