import { expect } from 'chai';
import sinon from 'sinon';
import type { Driver } from '../../../src/cache/driver/driver.js';
import { Gate } from '../../../src/cache/intake/gate.js';
import { OwnSpans } from '../../../src/cache/intake/own-spans.js';
import { SpanIntake } from '../../../src/cache/intake/span-intake.js';
import { FanOut } from '../../../src/cache/fanout/fan-out.js';
import { SpanStoreSubscription } from '../../../src/cache/store/span-store.js';
import { SpanCounters } from '../../../src/cache/counters.js';
import type { ReadableSpan } from '../../../src/model/otel.js';
import { BoundedQueue } from '../../../src/cache/queue/bounded-queue.js';
import { RecordingControl } from '../../../src/cache/sampling/recording-control.js';

const newSpan = () => ({}) as ReadableSpan;

/** An intake with somebody subscribed, and its neighbours' sides of it. */
function setUp() {
  const fanOut = new FanOut();
  fanOut.add(new SpanStoreSubscription({ capacity: 1, maxBytes: 2 ** 20 }, () => {}, fanOut.remove));
  const gate = new Gate(fanOut);
  gate.update();
  const queue = new BoundedQueue<ReadableSpan>('span', 2);
  const driver = { wake: sinon.spy(), flush: sinon.spy() };
  const intake = new SpanIntake({
    gate,
    queue,
    driver: driver as unknown as Driver,
    counters: new SpanCounters(),
    recording: new RecordingControl(undefined),
    own: new OwnSpans(driver as unknown as Driver),
  });
  return { intake, driver };
}

describe('SpanIntake', () => {
  it('has a full queue flushed for a span that was received, and no other', () => {
    const { intake, driver } = setUp();

    const flushes = [1, 2, 3].map(() => {
      intake.acceptReceived(newSpan());
      return driver.flush.callCount;
    });

    expect(flushes).to.deep.equal([0, 0, 1]);
  });
});
