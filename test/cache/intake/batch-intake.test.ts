import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { DeliveredSpan, OrphanEvent } from '../../../src/index.js';
import { listenToWarnings, startService } from '../../scenarios/service.js';
import { receive } from '../../../src/threads/index.js';

describe('BatchIntake', () => {
  afterEach(() => diag.disable());

  const WRONG = {
    'a number that is not a count': [{ dropped: -1 }, 'dropped and droppedOrphans must be non-negative integers'],
    'a list that is not an array': [{ orphans: 'none' }, 'spans and orphans must be arrays'],
  } as const;

  for (const [what, [batch, message]] of Object.entries(WRONG)) {
    it(`reports a batch with ${what}`, () => {
      const warn = sinon.spy();
      listenToWarnings(warn);
      const { cache } = startService();

      receive(cache, batch as never);

      expect(warn.args.map(([, complaint, error]) => [complaint, String(error)])).to.deep.equal([
        ['a batch from another cache could not be read', `TypeError: ${message}`],
      ]);
    });
  }

  it('counts nothing of a batch that is unreadable in part', () => {
    const { cache, start } = startService();
    cache.subscribe();
    const spans = Object.defineProperty([start('job') as never], 1, {
      get() {
        throw new Error('unreadable');
      },
    });

    receive(cache, { spans, dropped: 3 });

    expect(cache.stats().spans.received).to.equal(0);
  });

  it('accepts nothing that returns from a cache that it has delivered it to', async () => {
    const [one, two] = [startService(), startService()];
    one.cache.subscribe((batch) => receive(two.cache, batch), { orphans: true });
    two.cache.subscribe((batch) => receive(one.cache, batch), { orphans: true });
    one.start('job').end();
    one.logger.emit({ body: 'outside' });

    for (const { cache } of [one, two, one, two]) cache.flush();
    await Promise.resolve();

    for (const [{ cache }, returned] of [
      [one, 1],
      [two, 0],
    ] as const) {
      const { spans, events } = cache.stats();
      expect([spans.received, spans.delivered, spans.dropped.duplicate]).to.deep.equal([1 + returned, 1, returned]);
      expect([events.orphaned.no_span, events.dropped.duplicate]).to.deep.equal([1, returned]);
    }
  });

  it('counts orphans without a known reason as invalid, and takes the others', () => {
    const { cache } = startService();
    const subscription = cache.subscribe({ orphans: true });
    const reasons = ['late', 'bored', 'expired', ['late']];
    const orphans = reasons.map((reason) => ({ name: 'line', reason }) as OrphanEvent);

    receive(cache, { orphans });

    expect(cache.stats().events.dropped.invalid).to.equal(2);
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
