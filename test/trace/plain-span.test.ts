import { expect } from 'chai';
import type { ReadableSpan } from '../../src/model/otel.js';
import { isCapturedSpan, plainEvent, plainSpan, type PlainSpan } from '../../src/trace/plain-span.js';
import { toCapturedLog, toCapturedSpan } from '../../src/trace/to-captured-span.js';
import { revokedProxy, trap } from '../hostile-values.js';

const scope = { name: 'shop' };
const log = {
  name: 'card.declined',
  time: [1_700_000_000, 5e6],
  observedTime: [1_700_000_000, 5e6],
  attributes: { attempt: 1 },
  severityNumber: 13,
  severityText: 'WARN',
  body: { card: 'visa' },
  instrumentationScope: scope,
};

const span = {
  name: 'charge',
  kind: 2,
  spanContext: () => ({ traceId: 't', spanId: 's', traceFlags: 1 }),
  parentSpanContext: { traceId: 't', spanId: 'p', traceFlags: 1, isRemote: true },
  startTime: [1_700_000_000, 0],
  endTime: [1_700_000_000, 250e6],
  duration: [0, 250e6],
  status: { code: 2, message: 'declined' },
  ended: true,
  attributes: { amount: 12 },
  events: [{ name: 'retry', time: [1_700_000_000, 1e6], attributes: { n: 1 } }, log],
  links: [],
  instrumentationScope: scope,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
} as unknown as ReadableSpan;

/** The members that both forms represent in the same way. */
function said({ span: _, events, ...members }: PlainSpan): object {
  return {
    ...members,
    events: events.map(({ scope: __, ...event }) => (event.isLog ? event : { name: event.name, time: event.time })),
  };
}

describe('plainSpan', () => {
  it('is the same for a span and for its captured copy', () => {
    const captured = toCapturedSpan(span);

    expect(isCapturedSpan(span)).to.equal(false);
    expect(isCapturedSpan(captured)).to.equal(true);
    expect(said(plainSpan(captured))).to.deep.equal(said(plainSpan(span)));
    expect(plainSpan(span)).to.deep.include({
      kind: 'client',
      status: 'error',
      parentSpanId: 'p',
      parentIsRemote: true,
    });
  });

  it('has no end for an open copy', () => {
    const { ended, endTime } = plainSpan(toCapturedSpan(span, false));

    expect(ended).to.equal(false);
    expect(endTime[1]).to.be.NaN;
  });

  it('reads all readable members', () => {
    const odd = Object.create(span, { status: trap, startTime: trap, kind: { value: 9 } }) as ReadableSpan;

    expect(plainSpan(odd)).to.deep.include({
      name: 'charge',
      kind: undefined,
      status: undefined,
      statusMessage: '[unreadable]',
    });
    expect(plainSpan(odd).startTime).to.deep.equal([NaN, NaN]);
    expect(plainSpan(revokedProxy() as ReadableSpan)).to.deep.include({
      name: '[unreadable]',
      traceId: '[unreadable]',
    });
  });
});

describe('toCapturedLog', () => {
  it('uses only an explicit event name of the record', () => {
    const named = (members: object): string | undefined =>
      toCapturedLog(plainEvent({ ...log, ...members }), undefined).eventName;

    expect(named({})).to.equal('card.declined');
    expect(named({ name: 'log', body: undefined, severityText: undefined })).to.equal(undefined);
    expect(named({ name: 'WARN' })).to.equal(undefined);
    expect(named({ name: 'order received', body: 'order received' })).to.equal(undefined);
  });
});
