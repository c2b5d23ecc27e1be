import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { FanOut } from '../../../src/cache/fanout/fan-out.js';
import { IteratorSubscription } from '../../../src/cache/fanout/iterator-subscription.js';
import { listenToWarnings } from '../../scenarios/service.js';
import type { OrphanEvent, ReadableSpan } from '../../../src/index.js';

const SPANS: readonly ReadableSpan[] = [{ name: 'job' } as ReadableSpan];
const ORPHANS: readonly OrphanEvent[] = [{ name: 'line' } as OrphanEvent];

describe('FanOut', () => {
  let fanOut: FanOut;

  beforeEach(() => (fanOut = new FanOut()));

  function subscribe(orphans = false): IteratorSubscription {
    const subscription = new IteratorSubscription({ capacity: 10, maxBytes: 2 ** 20, orphans }, fanOut.remove);
    fanOut.add(subscription);
    return subscription;
  }

  it('needs neither spans nor orphans without subscribers', () => {
    const states = [[fanOut.idle, fanOut.orphansWanted]];
    const subscription = subscribe(true);
    states.push([fanOut.idle, fanOut.orphansWanted]);
    subscription.close();
    states.push([fanOut.idle, fanOut.orphansWanted]);

    expect(states).to.deep.equal([
      [true, false],
      [false, true],
      [true, false],
    ]);
  });

  it('completes a delivery to the others when one of them leaves', () => {
    const [first, second, third] = [subscribe(), subscribe(), subscribe()];
    sinon.replace(first, 'deliverSpans', () => second.close());

    fanOut.deliverSpans(SPANS);

    expect(third.take()!.spans).to.equal(SPANS);
    expect(second.take()).to.equal(undefined);
  });

  it('reports a subscriber that throws, and delivers to the others', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const error = new Error('why');
    const [broken, sound] = [subscribe(true), subscribe(true)];
    sinon.replace(broken, 'deliverOrphans', sinon.fake.throws(error));

    fanOut.deliverOrphans(ORPHANS);
    diag.disable();

    expect(sound.take()!.orphans).to.equal(ORPHANS);
    expect(warn.args).to.deep.equal([['otel-span-cache', 'a subscriber threw when it received a batch', error]]);
  });
});
