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
  it('counts the events that gave way, also if the span has all others already', () => {
    const span = ended((job) => job.recordException({ name: 'TypeError', message: 'no' }));
    const twin = line('exception', { 'exception.type': 'TypeError', 'exception.message': 'no' });

    const merged = merge(span, undefined, bucketOf([line('lost'), twin], 1), 1);

    expect(merged.span.droppedEventsCount).to.equal(1);
    expect(eventNames(merged.span)).to.deep.equal(['exception']);
  });

  it('adds what gave way to what the span itself dropped', () => {
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

    it('is known by its message alone, if it has no type', () => {
      const span = ended((job) => job.recordException('no'));

      expect(duplicates(span, logged({ 'exception.message': 'no' }))).to.equal(1);
    });

    it('is known by its type alone, if it has no message', () => {
      const span = ended((job) => job.recordException({ name: 'TypeError' }));

      expect(duplicates(span, logged({ 'exception.type': 'TypeError' }))).to.equal(1);
    });

    it('is not known if it has neither', () => {
      const span = ended((job) => job.addEvent('exception'));

      expect(duplicates(span, logged({}))).to.equal(0);
    });

    it('is another one if only the message is the same', () => {
      const span = ended((job) => job.recordException({ name: 'TypeError', message: 'no' }));

      expect(duplicates(span, logged({ 'exception.type': 'RangeError', 'exception.message': 'no' }))).to.equal(0);
    });

    it('is another one if the recorded one has no attributes', () => {
      const span = ended();
      span.events.push({ name: 'exception', time: [0, 0] });

      expect(duplicates(span, logged({ 'exception.type': 'TypeError' }))).to.equal(0);
      expect(duplicates(span, logged({ 'exception.message': 'no' }))).to.equal(0);
    });

    it('is not what the span has under another name', () => {
      const attributes = { 'exception.type': 'TypeError', 'exception.message': 'no' };
      const span = ended((job) => job.addEvent('retry', attributes));

      expect(duplicates(span, logged(attributes))).to.equal(0);
    });

    it('is still known after an event that is none', () => {
      const span = ended((job) => job.recordException('no'));

      expect(duplicates(span, bucketOf([line('a'), line('exception', { 'exception.message': 'no' })]))).to.equal(1);
    });
  });
});
