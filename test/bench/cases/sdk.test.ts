import { ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { cachePipeline, loggerOf, tracerOf, type Pipeline } from '../../../bench/cases/sdk.js';

describe('cachePipeline', () => {
  describe('check', () => {
    it('passes when every span has reached each callback', () => {
      const pipeline = cachePipeline(3);
      endSpans(pipeline, 5);

      expect(settled(pipeline)).not.to.throw();
    });

    it('passes when every log record is on its span', () => {
      const pipeline = cachePipeline();
      logIn(pipeline, startSpan(pipeline), 20).end();

      expect(settled(pipeline)).not.to.throw();
    });

    it('passes when log records wait for the expected number of open spans', () => {
      const pipeline = cachePipeline();
      logIn(pipeline, startSpan(pipeline), 1);
      logIn(pipeline, startSpan(pipeline), 2).end();

      expect(settled(pipeline, 1)).not.to.throw();
      expect(settled(pipeline)).to.throw('1 events wait for an open span, not 0');
    });

    it('passes without a subscriber when the spans are counted as unwanted', () => {
      const pipeline = cachePipeline(0);
      endSpans(pipeline, 5);

      expect(settled(pipeline)).not.to.throw();
    });

    it('throws when no span arrived', () => {
      expect(settled(cachePipeline())).to.throw('received no spans');
    });

    it('throws before the spans are delivered', () => {
      const pipeline = cachePipeline();
      endSpans(pipeline, 5);

      expect(() => pipeline.check()).to.throw('0 spans were delivered, not 5');
    });

    it('throws when spans did not fit into the queue', () => {
      const pipeline = cachePipeline(1, { queueCapacity: 256 });
      endSpans(pipeline, 300);

      expect(settled(pipeline)).to.throw('spans were delivered, not 300');
    });

    it('throws when a span kept only a part of its log records', () => {
      const pipeline = cachePipeline(1, { maxEventsPerSpan: 8 });
      logIn(pipeline, startSpan(pipeline), 20).end();

      expect(settled(pipeline)).to.throw('8 events were merged, not 20');
    });
  });
});

function settled(pipeline: Pipeline, waiting?: number): () => void {
  return () => {
    void pipeline.settle();
    pipeline.check(waiting);
  };
}

function startSpan({ spanProcessor }: Pipeline): Span {
  return tracerOf(spanProcessor).startSpan('span', {}, ROOT_CONTEXT);
}

function endSpans(pipeline: Pipeline, count: number): void {
  for (let i = 0; i < count; i++) startSpan(pipeline).end();
}

function logIn({ logRecordProcessor }: Pipeline, span: Span, count: number): Span {
  const logger = loggerOf(logRecordProcessor);
  for (let i = 0; i < count; i++) logger.emit({ body: 'event', context: trace.setSpan(ROOT_CONTEXT, span) });
  return span;
}
