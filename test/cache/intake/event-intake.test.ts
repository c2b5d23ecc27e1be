import { context, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { untraced, type ReadableLogRecord } from '../../../src/index.js';
import { AlwaysOffSampler } from '../../sdk.js';
import { eventNames, startService } from '../../scenarios/service.js';

describe('EventIntake', () => {
  describe('in what a subscriber awaits', () => {
    it('leaves out a record that is in no span', () => {
      const { cache, logger } = startService();
      cache.subscribe();

      untraced(() => logger.emit({ body: 'line', context: context.active() }));

      expect(cache.stats().events.dropped.suppressed).to.equal(1);
    });

    it('takes in a record of a span that is recording all the same', () => {
      const { cache, start, logger } = startService();
      const subscription = cache.subscribe();
      const span = start('job');

      untraced(() => logger.emit({ body: 'line', context: trace.setSpan(context.active(), span) }));
      span.end();
      cache.flush();

      expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['line']]);
    });
  });

  describe('knows only the ids of the span of a record', () => {
    /** What becomes of a record that has this span context, and is emitted while that span is active. */
    function fate(ofRecord: Span, active: Span): unknown {
      const { cache } = startService();
      const subscription = cache.subscribe({ orphans: true });
      const record = { hrTime: [0, 0], body: 'line', spanContext: ofRecord.spanContext() } as unknown as ReadableLogRecord;
      cache.logRecordProcessor.onEmit(record as never, trace.setSpan(ROOT_CONTEXT, active));
      cache.flush();
      return subscription.take()?.orphans[0]?.reason;
    }
    const startUnsampled = () => startService({}, { sampler: new AlwaysOffSampler() }).start('job');

    it('that is not the active one', () => {
      expect(fate(startUnsampled(), startService().start('other'))).to.equal('unsampled');
    });

    it('that is neither recording nor over', () => {
      const span = Object.assign(startUnsampled(), { ended: false });

      expect(fate(span, span)).to.equal('unsampled');
    });
  });
});
