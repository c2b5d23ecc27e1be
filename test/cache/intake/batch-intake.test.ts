import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { DeliveredSpan, OrphanEvent } from '../../../src/index.js';
import { listenToWarnings, startService } from '../../scenarios/service.js';
import { receive } from '../../../src/threads/index.js';

describe('BatchIntake', () => {
  afterEach(() => diag.disable());

  it('reports a value that is not a batch', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const { cache } = startService();

    receive(cache, { dropped: -1 });

    expect(warn.args.map(([, message, error]) => [message, String(error)])).to.deep.equal([
      [
        'a batch from another cache could not be read',
        'TypeError: dropped and droppedOrphans must be non-negative integers',
      ],
    ]);
  });

  it('counts orphans without a known reason as invalid, and takes the others', () => {
    const { cache } = startService();
    const subscription = cache.subscribe({ orphans: true });
    const orphans = ['late', 'bored', 'expired'].map((reason) => ({ name: 'line', reason }) as OrphanEvent);

    receive(cache, { orphans });

    expect(cache.stats().events.dropped.invalid).to.equal(1);
    expect(subscription.take()!.orphans).to.deep.equal([orphans[0], orphans[2]]);
  });

  it('accepts a span with an unreadable revision as a first delivery', () => {
    const { cache } = startService();
    cache.subscribe();
    const span = Object.defineProperty({}, 'revision', {
      get() {
        throw new Error('unreadable');
      },
    });

    receive(cache, { spans: [span as DeliveredSpan] });

    expect(cache.stats().spans).to.include({ received: 1, amended: 0 });
  });
});
