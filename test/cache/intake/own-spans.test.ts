import { expect } from 'chai';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { names, startService } from '../../scenarios/service.js';

describe('OwnSpans', () => {
  it('tolerate a value that is not a span, from a processor in front, while a subscriber runs', () => {
    const { cache, start } = startService();
    const errors: unknown[] = [];
    const subscription = cache.subscribe(() => {
      for (const garbage of [undefined, null, 7, 'span']) {
        try {
          cache.spanProcessor.onStart(garbage as never, ROOT_CONTEXT);
        } catch (error) {
          errors.push(error);
        }
      }
    });

    start('job').end();
    cache.flush();

    expect(errors).to.deep.equal([]);
    expect(cache.stats().subscriptions[0]).to.include({ delivered: 1, errors: 0 });
    subscription.close();
  });

  it('include no span of the application whose context a processor in front does not pass on', () => {
    const { cache, start } = startService();
    const subscription = cache.subscribe();
    cache.subscribe(() => void start('own'));
    start('job').end();
    cache.flush();

    for (const none of [undefined, null, {}]) {
      const span = start('next');
      cache.spanProcessor.onStart(span as never, none as never);
      span.end();
    }
    cache.flush();

    expect(names(subscription.take()!.spans)).to.deep.equal(['job', 'next', 'next', 'next']);
  });
});
