import { createTraceState, type HrTime, type SpanContext } from '@opentelemetry/api';
import { expect } from 'chai';
import {
  readContext,
  readTime,
  readTimes,
  writeContext,
  writeTime,
  writeTimes,
} from '../../../src/threads/wire/contexts.js';
import { lengthOf, transfer } from './transfer.js';

const CONTEXT: SpanContext = { traceId: '0123456789abcdef'.repeat(2), spanId: '0123456789abcdef', traceFlags: 1 };

function transferredTime(time: readonly unknown[]): HrTime {
  return transfer((writer) => writeTime(writer, time as HrTime), readTime);
}

describe('writeContext and readContext', () => {
  for (const [what, context] of [
    ['with ids of hexadecimal digits', CONTEXT],
    ['with ids of zeros', { ...CONTEXT, traceId: '0'.repeat(32), spanId: '0'.repeat(16) }],
    ['with empty ids', { ...CONTEXT, traceId: '', spanId: '' }],
    ['with shorter ids', { ...CONTEXT, traceId: '01', spanId: '02' }],
    ['with longer ids', { ...CONTEXT, traceId: '0'.repeat(34), spanId: '0'.repeat(18) }],
    ['with ids in capital letters', { ...CONTEXT, traceId: 'A'.repeat(32), spanId: 'B'.repeat(16) }],
    ['with a span id in capital letters alone', { ...CONTEXT, spanId: 'B'.repeat(16) }],
    ['with ids of other letters', { ...CONTEXT, traceId: 'ä漢'.repeat(16), spanId: 'g/'.repeat(8) }],
    ['with all flags', { ...CONTEXT, traceFlags: 255 }],
    ['of another process', { ...CONTEXT, isRemote: true }],
    ['of this process', { ...CONTEXT, isRemote: false }],
  ] as const) {
    it(`transfer a context ${what}`, () => {
      expect(transfer((writer) => writeContext(writer, context), readContext)).to.deep.equal(context);
    });
  }

  it('transfer the state of a trace', () => {
    const context = { ...CONTEXT, traceState: createTraceState('a=1,b=2') };

    const { traceState } = transfer((writer) => writeContext(writer, context), readContext);

    expect(traceState!.serialize()).to.equal('a=1,b=2');
  });

  for (const [what, traceId] of [
    ['of hexadecimal digits', CONTEXT.traceId],
    ['of other characters', 'order 17'],
  ] as const) {
    it(`transfer a context with the trace id of its owner, ${what}`, () => {
      const owner = { ...CONTEXT, traceId };
      const contexts = ['fedcba9876543210', 'step 2'].map((spanId) => ({ ...owner, spanId }));

      for (const context of contexts) {
        const received = transfer(
          (writer) => writeContext(writer, context, owner),
          (reader) => readContext(reader, owner),
        );

        expect(received).to.deep.equal(context);
      }
    });
  }
});

describe('writeContext', () => {
  for (const [what, ids] of [
    ['trace id', { traceId: 1 }],
    ['span id', { spanId: 2 }],
  ] as const) {
    it(`refuses a context whose ${what} is no text`, () => {
      const context = { ...CONTEXT, ...ids } as unknown as SpanContext;

      expect(() => lengthOf((writer) => writeContext(writer, context))).to.throw(TypeError, 'an id must be a string');
    });
  }

  it('does not write the trace id of the owner again', () => {
    const alone = lengthOf((writer) => writeContext(writer, CONTEXT));
    const owned = lengthOf((writer) => writeContext(writer, CONTEXT, CONTEXT));

    expect(alone - owned).to.equal(16);
  });
});

describe('writeTime and readTime', () => {
  for (const time of [
    [0, 0],
    [2 ** 32 - 1, 999_999_999],
    [2 ** 32, 0],
    [1.5, 0.25],
    [1, 0.25],
    [1.5, 2],
    [-1, -1],
    [-0, -0],
    [0, -0],
    [Number.NaN, Infinity],
  ] as const) {
    it(`transfer [${time.map((part) => (Object.is(part, -0) ? '-0' : part)).join(', ')}]`, () => {
      expect(transferredTime(time)).to.deep.equal(time);
    });
  }

  it('transfer a part that is no number as NaN', () => {
    const { NaN: none } = Number;

    expect(transferredTime(['5', 1])).to.deep.equal([none, 1]);
    expect(transferredTime([5, '1'])).to.deep.equal([5, none]);
    expect(transferredTime([5n, null])).to.deep.equal([none, none]);
    expect(transferredTime([])).to.deep.equal([none, none]);
  });
});

describe('writeTimes and readTimes', () => {
  for (const [what, startTime, duration, endTime] of [
    ['an end that is the sum of the others', [1, 2], [3, 4], [4, 6]],
    ['an end in the next second', [1, 999_999_999], [0, 1], [2, 0]],
    ['an end with other seconds', [1, 2], [3, 4], [5, 6]],
    ['an end with other nanoseconds', [1, 2], [3, 4], [4, 7]],
    ['an end before the start', [5, 0], [0, 0], [4, 0]],
  ] as const) {
    it(`transfer ${what}`, () => {
      const received = transfer((writer) => writeTimes(writer, [...startTime], [...endTime], [...duration]), readTimes);

      expect(received).to.deep.equal({ startTime, endTime, duration });
    });
  }
});

describe('writeTimes', () => {
  it('takes 19 bytes for the times of a span of the SDK', () => {
    const atOnce = lengthOf((writer) => writeTimes(writer, [1_700_000_000, 0], [1_700_000_000, 0], [0, 0]));
    const later = lengthOf((writer) =>
      writeTimes(writer, [1_700_000_000, 999_000_000], [1_700_000_001, 1_500_000], [0, 2_500_000]),
    );

    expect([atOnce, later]).to.deep.equal([19, 19]);
  });
});
