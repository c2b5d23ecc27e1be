import { AssertionError } from 'node:assert';
import { expect } from 'chai';
import sinon from 'sinon';
import { handleOf, type Handle } from '../../../src/support/handle.js';
import { assertNoSpan } from '../../../src/testing/assert/index.js';
import type { CapturedSpan } from '../../../src/trace/captured-span.js';
import { traceOf } from '../captured-spans.js';
import { thrownBy } from './thrown.js';

/** Spans that come one after the other. */
class Source {
  spans: CapturedSpan[] = [];
  readonly listeners = new Set<() => void>();

  onChange(listener: () => void): Handle {
    this.listeners.add(listener);
    return handleOf(() => this.listeners.delete(listener));
  }

  add(name: string): void {
    this.spans = [...this.spans, ...traceOf(name).spans];
    for (const listener of this.listeners) listener();
  }
}

async function rejectionOf(promise: Promise<void>): Promise<AssertionError> {
  try {
    await promise;
  } catch (error) {
    return error as AssertionError;
  }
  throw new Error('nothing was thrown');
}

describe('assertNoSpan', () => {
  const trace = traceOf({ name: 'a', children: ['retry', { name: 'retry', ended: false }] });

  it('passes if no span matches', () => {
    expect(assertNoSpan(trace, { name: 'email.send' })).to.equal(undefined);
  });

  it('fails for a matching span, ended or open', () => {
    const { message, actual, expected } = thrownBy(() => assertNoSpan(trace, { name: 'retry' }));

    expect(message.trimEnd().split('\n').slice(0, 7)).to.deep.equal([
      'expected no span that matches retry, got 2',
      '',
      '  a',
      '✗ ├─ retry',
      '  │     not expected',
      '✗ └─ retry  still open',
      '        not expected',
    ]);
    expect(actual).to.equal('retry\nretry');
    expect(expected).to.equal('(none)');
  });

  it('allows fewer than times', () => {
    assertNoSpan(trace, { name: 'retry', times: 3 });

    expect(thrownBy(() => assertNoSpan(trace, { name: 'retry', times: 2 })).message).to.contain('fewer than 2 spans');
  });

  describe('with withinMillis', () => {
    it('passes once the time is over', async () => {
      const source = new Source();
      const waiting = assertNoSpan(source, { name: 'b' }, { withinMillis: 5 });
      source.add('a');

      await waiting;

      expect(source.listeners.size).to.equal(0);
    });

    it('fails at the first matching span, with the stack of the call', async () => {
      const source = new Source();
      const rejection = rejectionOf(assertNoSpan(source, { name: 'b' }, { withinMillis: 60_000 }));
      source.add('b');

      const error = await rejection;

      expect(error).to.be.instanceOf(AssertionError);
      expect(error.stack).to.contain('assert-no-span.test.ts');
      expect(source.listeners.size).to.equal(0);
    });

    it('fails if a matching span already exists', async () => {
      const source = new Source();
      source.add('b');

      expect((await rejectionOf(assertNoSpan(source, { name: 'b' }, { withinMillis: 60_000 }))).message).to.contain(
        'got 1',
      );
    });

    it('is unaffected by fake timers', async () => {
      const clock = sinon.useFakeTimers();
      try {
        await assertNoSpan(new Source(), {}, { withinMillis: 1 });
      } finally {
        clock.restore();
      }
    });

    it('requires a source that can be watched, and a time', () => {
      expect(() => assertNoSpan(trace, {}, { withinMillis: 1 })).to.throw(
        TypeError,
        'spans must be a run if withinMillis is given',
      );
      expect(() => assertNoSpan(trace, {}, { withinMillis: -1 })).to.throw(
        RangeError,
        'withinMillis must be a number of milliseconds',
      );
      expect(() => assertNoSpan(trace, {}, { within: 1 } as never)).to.throw(
        TypeError,
        "unknown option 'within': an option must be one of withinMillis, got 'within' (string)",
      );
      expect(() => assertNoSpan(trace, { nam: 1 } as never)).to.throw(TypeError, "unknown key 'nam'");
    });
  });
});
