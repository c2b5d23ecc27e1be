import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { assertComplete, assertEvicted } from '../../../bench/cases/assert-complete.js';
import { endedSpans, loggerOf } from '../../../bench/cases/sdk.js';
import { newCache } from '../../caches.js';

describe('assertComplete', () => {
  it('throws when a subscriber received fewer spans than were delivered', () => {
    const cache = newCache();
    cache.subscribe(() => {});
    for (const span of endedSpans(4)) cache.spanProcessor.onEnd(span);
    cache.flush();

    expect(() => assertComplete(cache.stats(), [4, 4])).not.to.throw();
    expect(() => assertComplete(cache.stats(), [4, 3])).to.throw('3 spans arrived, not 4');
  });

  it('throws when an unexpected subscriber exists', () => {
    const cache = newCache();
    cache.subscribe(() => {});
    for (const span of endedSpans(4)) cache.spanProcessor.onEnd(span);
    cache.flush();

    expect(() => assertComplete(cache.stats(), [])).to.throw('0 spans were dropped for lack of a subscriber, not 4');
  });
});

describe('assertEvicted', () => {
  /** A cache with room for the events of two spans, after the events of that many spans that do not end. */
  function statsAfter(spans: number) {
    const cache = newCache({ maxParkedSpans: 2 });
    cache.subscribe(() => {});
    const logger = loggerOf(cache.logRecordProcessor);
    for (let i = 1; i <= spans; i++) {
      const spanContext = { traceId: '1'.repeat(32), spanId: String(i).padStart(16, '0'), traceFlags: 1 };
      logger.emit({ body: 'event', context: trace.setSpanContext(ROOT_CONTEXT, spanContext) });
    }
    cache.flush();
    return cache.stats();
  }

  it('passes when all events that do not wait were evicted', () => {
    expect(() => assertEvicted(statsAfter(5), 5)).not.to.throw();
  });

  it('throws when nothing was evicted', () => {
    expect(() => assertEvicted(statsAfter(2), 2)).to.throw('nothing was evicted');
  });

  it('throws when the cache has not received all events', () => {
    expect(() => assertEvicted(statsAfter(5), 6)).to.throw('5 events were received, not 6');
  });
});
