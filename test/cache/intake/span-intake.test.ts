import { expect } from 'chai';
import sinon from 'sinon';
import type { IntakeParts } from '../../../src/cache/intake/intake-parts.js';
import type { Driver } from '../../../src/cache/driver/driver.js';
import { Gate } from '../../../src/cache/intake/gate.js';
import { OwnSpans } from '../../../src/cache/intake/own-spans.js';
import { SpanIntake } from '../../../src/cache/intake/span-intake.js';
import { SpanCounters } from '../../../src/cache/counters.js';
import type { ReadableSpan } from '../../../src/model/otel.js';
import { BoundedQueue } from '../../../src/cache/queue/bounded-queue.js';
import { FilterControl } from '../../../src/cache/intake/filter/filter-control.js';

const newSpan = () => ({}) as ReadableSpan;

/** An intake with somebody subscribed, and its neighbours' sides of it. */
function setUp() {
  const gate = new Gate();
  gate.update(true, false);
  const queue = new BoundedQueue<ReadableSpan>('span', 2);
  const driver = { wake: sinon.spy(), flush: sinon.spy() };
  const parts = {
    gate,
    spans: queue,
    driver: driver as unknown as Driver,
    spanCounters: new SpanCounters(),
    filter: new FilterControl(),
    own: new OwnSpans(driver as unknown as Driver),
  };
  const intake = new SpanIntake(parts as IntakeParts);
  return { intake, driver };
}

describe('SpanIntake', () => {
  it('flushes a full queue only for a received span', () => {
    const { intake, driver } = setUp();

    const flushes = [1, 2, 3].map(() => {
      intake.acceptReceived(newSpan());
      return driver.flush.callCount;
    });

    expect(flushes).to.deep.equal([0, 0, 1]);
  });
});
