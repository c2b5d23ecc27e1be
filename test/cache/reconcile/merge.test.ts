import { ROOT_CONTEXT, type Attributes, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import type { LogEvent } from '../../../src/model/log-event.js';
import type { ReadableSpan } from '../../../src/model/otel.js';
import { EventBucketPool, type EventBucket } from '../../../src/cache/reconcile/event-bucket.js';
import { merge } from '../../../src/cache/reconcile/merge.js';
import { startSdk } from '../../sdk.js';
import { eventNames } from '../../scenarios/service.js';

const { tracer } = startSdk({ spanProcessors: [] });
const pool = new EventBucketPool();

/** A span that has ended, after something was done with it. */
function ended(work: (span: Span) => void = () => {}): ReadableSpan {
  const span = tracer.startSpan('job', {}, ROOT_CONTEXT);
  work(span);
  span.end();
  return span as unknown as ReadableSpan;
}

function line(name: string, attributes: Attributes = {}): LogEvent {
  return { name, attributes } as LogEvent;
}

/** The events that wait for a span, of which it keeps the newest `maxEvents`. */
function bucketOf(events: readonly LogEvent[], maxEvents = 100): EventBucket {
  const ids = ended().spanContext();
  const bucket = pool.acquire(ids, ids, 0);
  for (const event of events) bucket.add(event, 1, maxEvents);
  return bucket;
}

describe('merge()', () => {
  it('counts dropped events, even if the span already has all others', () => {
    const span = ended((job) => job.recordException({ name: 'TypeError', message: 'no' }));
    const twin = line('exception', { 'exception.type': 'TypeError', 'exception.message': 'no' });

    const merged = merge(span, undefined, bucketOf([line('lost'), twin], 1), 1);

    expect(merged.span.droppedEventsCount).to.equal(1);
    expect(eventNames(merged.span)).to.deep.equal(['exception']);
  });

  it('adds the dropped events to the dropped count of the span itself', () => {
    const span = Object.defineProperty(ended(), 'droppedEventsCount', { value: 5 });

    const { span: merged } = merge(span, undefined, bucketOf([line('a'), line('b')], 1), 1);

    expect(merged.droppedEventsCount).to.equal(6);
  });

  it('counts from 0 if the span does not say how many events it dropped', () => {
    const span = Object.defineProperty(ended(), 'droppedEventsCount', { value: undefined });

    expect(merge(span, undefined, bucketOf([line('a')]), 100).span.droppedEventsCount).to.equal(0);
  });

  describe('an exception that was recorded, and logged', () => {
    const logged = (attributes: Attributes) => bucketOf([line('exception', attributes)]);
    const duplicates = (span: ReadableSpan, bucket: EventBucket) => merge(span, undefined, bucket, 100).duplicates;

    it('is recognised by its message if it has no type', () => {
      const span = ended((job) => job.recordException('no'));

      expect(duplicates(span, logged({ 'exception.message': 'no' }))).to.equal(1);
    });

    it('is recognised by its type if it has no message', () => {
      const span = ended((job) => job.recordException({ name: 'TypeError' }));

      expect(duplicates(span, logged({ 'exception.type': 'TypeError' }))).to.equal(1);
    });

    it('is not recognised if it has neither', () => {
      const span = ended((job) => job.addEvent('exception'));

      expect(duplicates(span, logged({}))).to.equal(0);
    });

    it('is a different one if only the message is the same', () => {
      const span = ended((job) => job.recordException({ name: 'TypeError', message: 'no' }));

      expect(duplicates(span, logged({ 'exception.type': 'RangeError', 'exception.message': 'no' }))).to.equal(0);
    });

    it('is a different one if the recorded one has no attributes', () => {
      const span = ended();
      span.events.push({ name: 'exception', time: [0, 0] });

      expect(duplicates(span, logged({ 'exception.type': 'TypeError' }))).to.equal(0);
      expect(duplicates(span, logged({ 'exception.message': 'no' }))).to.equal(0);
    });

    it('differs from an event of the span with another name', () => {
      const attributes = { 'exception.type': 'TypeError', 'exception.message': 'no' };
      const span = ended((job) => job.addEvent('retry', attributes));

      expect(duplicates(span, logged(attributes))).to.equal(0);
    });

    it('is still recognised after an event that is not an exception', () => {
      const span = ended((job) => job.recordException('no'));

      expect(duplicates(span, bucketOf([line('a'), line('exception', { 'exception.message': 'no' })]))).to.equal(1);
    });
  });
});
