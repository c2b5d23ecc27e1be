import { expect } from 'chai';
import type { ReadableSpan } from '../../src/model/otel.js';
import { plainEvent } from '../../src/trace/plain-span.js';
import { copyLog, toCapturedLog, toCapturedSpan, type RecordedLog } from '../../src/trace/to-captured-span.js';
import { trap } from '../hostile-values.js';

const context = { traceId: 't', spanId: 's', traceFlags: 1 };
const scope = { name: 'shop' };
const logEvent = {
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
  spanContext: () => context,
  parentSpanContext: { traceId: 't', spanId: 'p', traceFlags: 1, isRemote: true },
  startTime: [1_700_000_000, 0],
  endTime: [1_700_000_000, 250e6],
  duration: [0, 250e6],
  status: { code: 2, message: 'declined' },
  ended: true,
  attributes: { amount: 12 },
  events: [{ name: 'retry', time: [1_700_000_000, 1e6], attributes: { n: 1 } }, logEvent],
  links: [{ context: { traceId: 'lt', spanId: 'ls', traceFlags: 1 }, attributes: { of: 'batch' } }],
  instrumentationScope: scope,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
} as unknown as ReadableSpan;

describe('toCapturedSpan()', () => {
  it('copies all members, frozen', () => {
    const copy = toCapturedSpan(span);

    expect(copy).to.deep.equal({
      name: 'charge',
      kind: 'client',
      status: 'error',
      statusMessage: 'declined',
      traceId: 't',
      spanId: 's',
      parentSpanId: 'p',
      parentIsRemote: true,
      startTime: 1_700_000_000_000,
      durationMillis: 250,
      ended: true,
      attributes: { amount: 12 },
      events: [
        { name: 'retry', time: 1_700_000_000_001, attributes: { n: 1 } },
        {
          name: 'card.declined',
          time: 1_700_000_000_005,
          attributes: { attempt: 1 },
          body: { card: 'visa' },
          severity: 'WARN',
          severityNumber: 13,
        },
      ],
      links: [{ traceId: 'lt', spanId: 'ls', attributes: { of: 'batch' } }],
      scope: 'shop',
    });
    const parts = [copy, copy.attributes, copy.events, ...copy.events, copy.links, ...copy.links];
    expect(parts.every(Object.isFrozen)).to.equal(true);
  });

  it('names the service of a span from another process', () => {
    expect(toCapturedSpan({ ...span, serviceName: 'billing' }).service).to.equal('billing');
    expect(toCapturedSpan({ ...span, serviceName: 5 as never })).to.not.have.property('service');
  });

  it('appends log records to the events of an open span', () => {
    const { event } = copyLog({ hrTime: [1, 0], body: 'late', instrumentationScope: scope } as RecordedLog);

    const copy = toCapturedSpan(span, false, [event]);

    expect(copy.events.map(({ name }) => name)).to.deep.equal(['retry', 'card.declined', 'late']);
    expect(copy).to.deep.include({ ended: false, durationMillis: undefined });
  });

  it('has ordinary values for members that are missing or cannot be read', () => {
    const odd = Object.create(span, { kind: trap, status: { value: {} }, duration: trap }) as ReadableSpan;

    expect(toCapturedSpan(odd)).to.deep.include({
      kind: 'internal',
      status: 'unset',
      statusMessage: '',
      durationMillis: NaN,
    });
  });
});

describe('copyLog()', () => {
  const record = {
    eventName: 'card.declined',
    hrTime: [1_700_000_000, 5e6],
    attributes: { attempt: 1 },
    severityNumber: 13,
    severityText: 'WARN',
    body: { card: 'visa' },
    instrumentationScope: scope,
    spanContext: context,
  } as unknown as RecordedLog;

  it('copies a record as a log and as an event of its span', () => {
    const { log, event } = copyLog({ ...record, serviceName: 'billing' });

    const shared = {
      time: 1_700_000_000_005,
      attributes: { attempt: 1 },
      body: { card: 'visa' },
      severity: 'WARN',
      severityNumber: 13,
    };
    expect(log).to.deep.equal({
      ...shared,
      eventName: 'card.declined',
      traceId: 't',
      spanId: 's',
      scope: 'shop',
      service: 'billing',
    });
    expect(event).to.deep.equal({ ...shared, name: 'card.declined' });
    expect([log, event].every(Object.isFrozen)).to.equal(true);
  });

  it('has no severity in the event of a record without one', () => {
    const { log, event } = copyLog({ hrTime: [1, 0], body: 'paid', instrumentationScope: scope } as RecordedLog);

    expect(event).to.deep.equal({ name: 'paid', time: 1_000, attributes: {}, body: 'paid' });
    expect(log).to.deep.include({ eventName: undefined, severity: undefined, traceId: undefined, spanId: undefined });
    expect(log).to.not.have.property('service');
  });
});

describe('toCapturedLog()', () => {
  it('uses only an explicit event name of the record', () => {
    const named = (members: object): string | undefined =>
      toCapturedLog(plainEvent({ ...logEvent, ...members }), undefined).eventName;

    expect(named({})).to.equal('card.declined');
    expect(named({ name: 'log', body: undefined, severityText: undefined })).to.equal(undefined);
    expect(named({ name: 'WARN' })).to.equal(undefined);
    expect(named({ name: 'order received', body: 'order received' })).to.equal(undefined);
  });

  it('has the ids of the span that the record was emitted in', () => {
    expect(toCapturedLog(plainEvent(logEvent), context)).to.deep.include({ traceId: 't', spanId: 's', scope: 'shop' });
  });
});
