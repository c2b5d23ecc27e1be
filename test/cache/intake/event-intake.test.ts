import { context, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { untraced, type ReadableLogRecord } from '../../../src/index.js';
import { newCache } from '../../caches.js';
import { AlwaysOffSampler, startSdk } from '../../sdk.js';
import { eventNames, startService } from '../../scenarios/service.js';

describe('EventIntake', () => {
  describe("with logRecords: 'events'", () => {
    it('lets the logger skip records without an event name', () => {
      const { cache } = startService({ logRecords: 'events' });
      cache.subscribe();

      const mayTake = (options: object) => cache.logRecordProcessor.enabled!(options as never);

      expect([{}, { eventName: '' }, { eventName: 'order.placed' }].map(mayTake)).to.deep.equal([false, false, true]);
    });

    it('drops a record without an event name that the logger creates for another processor', () => {
      const cache = newCache({ logRecords: 'events' });
      const other = { onEmit() {}, forceFlush: async () => {}, shutdown: async () => {} };
      const { logger } = startSdk({ spanProcessors: [], logRecordProcessors: [cache.logRecordProcessor, other] });
      const subscription = cache.subscribe({ orphans: true });

      logger.emit({ body: 'a plain line' });
      logger.emit({ eventName: 'order.placed' });
      cache.flush();

      expect(subscription.take()!.orphans.map(({ name }) => name)).to.deep.equal(['order.placed']);
      expect(cache.stats().events.dropped.filtered).to.equal(1);
    });
  });

  it('keeps a record for its recording span even if the ids of the span are not of the standard', () => {
    const ids = { generateTraceId: () => 'job 7', generateSpanId: () => 'step 1' };
    const { cache, start, log } = startService({}, { idGenerator: ids });
    const subscription = cache.subscribe();
    const span = start('job');

    log(span, 'line');
    cache.flush();
    span.end();
    cache.flush();

    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['line']]);
  });

  describe('in code that a subscriber awaits', () => {
    it('drops a record outside any span', () => {
      const { cache, logger } = startService();
      cache.subscribe();

      untraced(() => logger.emit({ body: 'line', context: context.active() }));

      expect(cache.stats().events.dropped.suppressed).to.equal(1);
    });

    it('still accepts a record of a span that is recording', () => {
      const { cache, start, logger } = startService();
      const subscription = cache.subscribe();
      const span = start('job');

      untraced(() => logger.emit({ body: 'line', context: trace.setSpan(context.active(), span) }));
      span.end();
      cache.flush();

      expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['line']]);
    });
  });

  describe("has only the ids of a record's span", () => {
    /** The fate of a record with one span's context that is emitted while the other span is active. */
    function fate(ofRecord: Span, active: Span): unknown {
      const { cache } = startService();
      const subscription = cache.subscribe({ orphans: true });
      const record = {
        hrTime: [0, 0],
        body: 'line',
        spanContext: ofRecord.spanContext(),
      } as unknown as ReadableLogRecord;
      cache.logRecordProcessor.onEmit(record as never, trace.setSpan(ROOT_CONTEXT, active));
      cache.flush();
      return subscription.take()?.orphans[0]?.reason;
    }
    const startUnsampled = () => startService({}, { sampler: new AlwaysOffSampler() }).start('job');

    it('if it is not the active one', () => {
      expect(fate(startUnsampled(), startService().start('other'))).to.equal('unsampled');
    });

    it('if it is neither recording nor ended', () => {
      const span = Object.assign(startUnsampled(), { ended: false });

      expect(fate(span, span)).to.equal('unsampled');
    });
  });
});
