import { diag, ROOT_CONTEXT, trace, type Context, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { isBridged } from '../../src/bridge/bridged-records.js';
import type { ReadableLogRecord } from '../../src/model/otel.js';
import { EventToSpanEventBridge } from '../../src/bridge/event-to-span-event-bridge.js';
import { listenToWarnings } from '../scenarios/service.js';
import { trap } from '../hostile-values.js';

/*
 * Cases that the real SDK does not produce or show. All others are in `test/scenarios/event-bridge.test.ts`.
 */

const SPAN_CONTEXT = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };

/** A recording span, by default with the ids that `eventRecord` has. */
function recordingSpan(spanContext = SPAN_CONTEXT) {
  const span = trace.wrapSpanContext(spanContext);
  const isRecording = sinon.stub(span, 'isRecording').returns(true);
  const addEvent = sinon.stub(span, 'addEvent').returnsThis();
  return { span, isRecording, addEvent };
}

function eventRecord(fields: Record<string, unknown> = {}): ReadableLogRecord {
  return {
    eventName: 'event',
    spanContext: { ...SPAN_CONTEXT },
    hrTime: [1_700_000_000, 1],
    hrTimeObserved: [1_700_000_000, 2],
    attributes: {},
    ...fields,
  } as unknown as ReadableLogRecord;
}

function contextOf(span: Span): Context {
  return trace.setSpan(ROOT_CONTEXT, span);
}

/** A record whose getter for this field throws. */
function failing(field: string): ReadableLogRecord {
  return Object.defineProperty(eventRecord(), field, {
    get() {
      throw new Error(`no ${field}`);
    },
  });
}

describe('EventToSpanEventBridge', () => {
  const warn = sinon.spy();

  beforeEach(() => {
    warn.resetHistory();
    listenToWarnings(warn);
  });

  afterEach(() => diag.disable());

  it('calls addEvent() once, with a time that is a copy', () => {
    const { span, addEvent } = recordingSpan();
    const record = eventRecord({ attributes: { a: 1 } });

    new EventToSpanEventBridge().onEmit(record, contextOf(span));

    expect(addEvent.args).to.deep.equal([['event', { a: 1 }, [1_700_000_000, 1]]]);
    expect(addEvent.args[0]![2]).to.not.equal(record.hrTime);
  });

  describe('the time of the event', () => {
    it('is the observed time of a record without a time of its own', () => {
      const { span, addEvent } = recordingSpan();
      const bridge = new EventToSpanEventBridge();

      bridge.onEmit(eventRecord({ hrTime: undefined }), contextOf(span));
      bridge.onEmit(eventRecord({ hrTime: [0, 0] }), contextOf(span));

      expect(addEvent.args.map(([, , time]) => time)).to.deep.equal([
        [1_700_000_000, 2],
        [1_700_000_000, 2],
      ]);
    });

    it('is set by the span if the record has neither', () => {
      const { span, addEvent } = recordingSpan();

      new EventToSpanEventBridge().onEmit(
        eventRecord({ hrTime: undefined, hrTimeObserved: undefined }),
        contextOf(span),
      );

      expect(addEvent.args).to.deep.equal([['event', {}, undefined]]);
    });
  });

  describe('remembers a record', () => {
    it('that it bridged', () => {
      const { span } = recordingSpan();
      const record = eventRecord();

      new EventToSpanEventBridge().onEmit(record, contextOf(span));

      expect(isBridged(record)).to.equal(true);
    });

    it('but not one that it left alone', () => {
      const { span } = recordingSpan();
      const record = eventRecord({ eventName: '' });

      new EventToSpanEventBridge().onEmit(record, contextOf(span));

      expect(isBridged(record)).to.equal(false);
    });

    it('but not one that the span rejected', () => {
      const { span, addEvent } = recordingSpan();
      const record = eventRecord();
      addEvent.throws(new Error('no'));

      new EventToSpanEventBridge().onEmit(record, contextOf(span));

      expect(isBridged(record)).to.equal(false);
    });
  });

  it('ignores items without a context', () => {
    const bridge = new EventToSpanEventBridge();

    bridge.onEmit(eventRecord());

    expect(warn.callCount).to.equal(0);
  });

  it('ignores an event with invalid ids, even in a span with the same ids', () => {
    for (const invalid of [{ traceId: '0'.repeat(32) }, { spanId: '0'.repeat(16) }]) {
      const spanContext = { ...SPAN_CONTEXT, ...invalid };
      const { span, addEvent } = recordingSpan(spanContext);

      new EventToSpanEventBridge().onEmit(eventRecord({ spanContext }), contextOf(span));

      expect(addEvent.callCount).to.equal(0);
    }
  });

  it('ignores event names that are not strings', () => {
    const { span, addEvent } = recordingSpan();

    new EventToSpanEventBridge().onEmit(eventRecord({ eventName: 42 }), contextOf(span));

    expect(addEvent.callCount).to.equal(0);
  });

  it('adds an event that has no attributes', () => {
    const { span, addEvent } = recordingSpan();

    new EventToSpanEventBridge().onEmit(eventRecord({ attributes: undefined }), contextOf(span));

    expect(addEvent.args[0]![1]).to.deep.equal({});
  });

  it('copies an attribute by its value, regardless of its key', () => {
    const { span, addEvent } = recordingSpan();
    const attributes = JSON.parse('{"__proto__": ["a"]}') as object;

    new EventToSpanEventBridge().onEmit(eventRecord({ attributes }), contextOf(span));

    const [, added] = addEvent.args[0]!;
    expect(Object.entries(added as object)).to.deep.equal([['__proto__', ['a']]]);
    expect(Object.getPrototypeOf(added)).to.equal(Object.prototype);
  });

  describe('never throws', () => {
    for (const field of ['eventName', 'spanContext', 'hrTime', 'attributes']) {
      it(`for a record without a readable ${field}`, () => {
        const { span, addEvent } = recordingSpan();

        new EventToSpanEventBridge().onEmit(failing(field), contextOf(span));

        expect(addEvent.callCount).to.equal(0);
        expect(warn.args.map(([, message]) => message)).to.deep.equal(['a log event could not be added to its span']);
      });
    }

    it('for a value that is not a record', () => {
      const { span } = recordingSpan();
      const bridge = new EventToSpanEventBridge();

      for (const garbage of [undefined, null, 0, 'text', [], { eventName: 'event', spanContext: 'text' }]) {
        bridge.onEmit(garbage as unknown as ReadableLogRecord, contextOf(span));
      }
    });

    it('for a value that is not a context', () => {
      const bridge = new EventToSpanEventBridge();

      for (const garbage of [null, 0, 'text', {}]) bridge.onEmit(eventRecord(), garbage as unknown as Context);
    });

    it('for attributes that contain themselves, and bigints', () => {
      const { span, addEvent } = recordingSpan();
      const loop: Record<string, unknown> = { id: 1n };
      loop['self'] = loop;

      new EventToSpanEventBridge().onEmit(eventRecord({ attributes: { loop, id: 1n } }), contextOf(span));

      expect(addEvent.args[0]![1]).to.deep.equal({ loop: '{"id":1,"self":null}', id: '1' });
    });

    it('for attributes that cannot be read, which are marked', () => {
      const { span, addEvent } = recordingSpan();
      const attributes = Object.defineProperties(
        { sound: 1 },
        { bad: trap, nested: { enumerable: true, value: Object.defineProperty({}, 'bad', trap) } },
      );

      new EventToSpanEventBridge().onEmit(eventRecord({ attributes }), contextOf(span));

      expect(addEvent.args[0]![1]).to.deep.equal({ sound: 1, bad: '[unreadable]', nested: '{"bad":"[unreadable]"}' });
    });

    it('for a record whose attributes cannot be read', () => {
      const { span, addEvent } = recordingSpan();

      new EventToSpanEventBridge().onEmit(failing('attributes'), contextOf(span));

      expect(addEvent.callCount).to.equal(0);
      expect(warn.callCount).to.equal(1);
    });

    it('for a span that throws', () => {
      const { span, isRecording, addEvent } = recordingSpan();
      const bridge = new EventToSpanEventBridge();

      addEvent.throws(new Error('no event'));
      bridge.onEmit(eventRecord(), contextOf(span));
      isRecording.throws(new Error('no state'));
      bridge.onEmit(eventRecord(), contextOf(span));

      expect(bridge.enabled({ context: contextOf(span), eventName: 'event' })).to.equal(false);
    });

    it('for a diag logger that throws', () => {
      diag.setLogger(
        { error() {}, info() {}, debug() {}, verbose() {}, warn: sinon.stub().throws(new Error('no')) },
        { suppressOverrideMessage: true },
      );

      new EventToSpanEventBridge().onEmit(failing('eventName'), ROOT_CONTEXT);
    });

    it('when enabled() is called without an event', () => {
      const bridge = new EventToSpanEventBridge();

      expect(bridge.enabled(undefined as never)).to.equal(false);
      expect(bridge.enabled({ eventName: 'event' } as never)).to.equal(false);
    });
  });

  it('reports failures once, until an event is added again', () => {
    const { span, addEvent } = recordingSpan();
    const bridge = new EventToSpanEventBridge();
    const trouble = () => {
      addEvent.throws(new Error('no'));
      bridge.onEmit(eventRecord(), contextOf(span));
      bridge.onEmit(eventRecord(), contextOf(span));
      addEvent.resetBehavior();
    };

    trouble();
    bridge.onEmit(eventRecord(), contextOf(span));
    trouble();

    expect(warn.callCount).to.equal(2);
  });
});
