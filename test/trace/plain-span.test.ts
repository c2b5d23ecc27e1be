import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { expect } from 'chai';
import type { ReadableSpan } from '../../src/model/otel.js';
import { isCapturedSpan, plainEvent, plainSpan, type PlainSpan } from '../../src/trace/plain-span.js';
import { toCapturedSpan } from '../../src/trace/to-captured-span.js';
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

  it('has the names of all kinds and statuses', () => {
    const kinds = [SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER];
    const statuses = [SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR];

    expect(kinds.map((kind) => plainSpan({ ...span, kind } as ReadableSpan).kind)).to.deep.equal([
      'internal',
      'server',
      'client',
      'producer',
      'consumer',
    ]);
    expect(statuses.map((code) => plainSpan({ ...span, status: { code } } as ReadableSpan).status)).to.deep.equal([
      'unset',
      'ok',
      'error',
    ]);
  });

  it('has no parent for a span without one', () => {
    for (const parent of [undefined, null, {}, { spanId: null }]) {
      expect(plainSpan({ ...span, parentSpanContext: parent } as unknown as ReadableSpan)).to.deep.include({
        parentSpanId: undefined,
        parentIsRemote: false,
      });
    }
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
      scope: 'shop',
    });
    expect(
      plainSpan(
        Object.create(span, { kind: trap, droppedAttributesCount: { value: 2 }, droppedEventsCount: { value: 3 } }),
      ),
    ).to.deep.include({ statusMessage: 'declined', droppedAttributesCount: 2, droppedEventsCount: 3 });
    expect(plainSpan(odd).startTime).to.deep.equal([NaN, NaN]);
    expect(plainSpan(revokedProxy() as ReadableSpan)).to.deep.include({
      name: '[unreadable]',
      traceId: '[unreadable]',
    });
  });

  it('replaces members that do not have their type', () => {
    const withMembers = (members: object): PlainSpan => plainSpan({ ...span, ...members });
    const withIds = (ids: object): PlainSpan => withMembers({ spanContext: () => ids });

    expect(withIds({ traceId: 5, spanId: 's' })).to.deep.include({ traceId: '5', spanId: 's' });
    expect(withIds({ traceId: 't', spanId: 6 })).to.deep.include({ traceId: 't', spanId: '6' });
    for (const time of [undefined, 'now', [NaN, 1], [1, NaN]]) {
      expect(withMembers({ startTime: time })).to.deep.include({ startTime: [NaN, NaN], endTime: span.endTime });
      expect(withMembers({ endTime: time })).to.deep.include({ startTime: span.startTime, endTime: [NaN, NaN] });
    }
    expect(withMembers({ ended: undefined }).ended).to.equal(true);
    expect(withMembers({ droppedAttributesCount: undefined }).droppedAttributesCount).to.equal(0);
    expect(withMembers({ droppedEventsCount: '3' }).droppedEventsCount).to.equal(0);
  });
});

describe('isCapturedSpan', () => {
  it('distinguishes a copy from a recorded span, even from one with an id of its own', () => {
    expect(isCapturedSpan(toCapturedSpan(span))).to.equal(true);
    expect(isCapturedSpan({ ...span, spanId: 's' })).to.equal(false);
    expect(isCapturedSpan({})).to.equal(false);
  });
});

describe('plainEvent', () => {
  it('recognizes a captured log record by any member that only log records have', () => {
    const event = { name: 'retry', time: 5, attributes: {} };

    expect(plainEvent(event, true).isLog).to.equal(false);
    for (const member of [{ severity: 'WARN' }, { severityNumber: 13 }, { body: 'card' }])
      expect(plainEvent({ ...event, ...member }, true).isLog).to.equal(true);
  });
});
