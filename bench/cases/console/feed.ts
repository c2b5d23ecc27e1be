import { BroadcastChannel } from 'node:worker_threads';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { SpanCache, type DeliveredSpan } from 'otel-span-cache';
import { Feed } from '../../../console/src/host/feed.js';
import { rulesOf } from '../../../console/src/host/masking.js';
import { Redaction } from '../../../console/src/host/redaction.js';
import type { HostMessage } from '../../../console/src/link/messages.js';
import { SharedCounts } from '../../../console/src/link/shared-counts.js';
import type { Measured } from '../../case.js';
import { alternate, type Variant } from '../../measure/alternate.js';
import { differences } from '../../measure/statistics.js';
import { tracerOf } from '../sdk.js';
import { againstAim } from './aim.js';

const AIM_MICROS = 1.3;
const PER_ROUND = 4_096;

const ATTRIBUTES = { 'http.request.method': 'POST', 'http.route': '/orders', 'http.response.status_code': 201 };

export async function measure(millis: number): Promise<Measured> {
  const variants = [feeding(), cloning(), delivering()];
  const [feed, clone, delivered] = (await alternate(variants, { count: PER_ROUND, millis })).map((nanos) =>
    nanos.map((each) => each / 1_000),
  );
  const more = differences(feed!, delivered!);
  return {
    samples: {
      'console-feed': { ours: more, theirs: differences(clone!, delivered!) },
      'console-feed-aim': againstAim(more, AIM_MICROS),
      'console-feed-whole': { ours: feed!, theirs: delivered! },
    },
  };
}

function delivering(): Variant {
  const cache = new SpanCache();
  let delivered = 0;
  cache.subscribe(({ spans }) => (delivered += spans.length));
  return ending(cache, () => delivered);
}

/** The console's own feed, on a channel without receivers, which clones and discards its batches. */
function feeding(): Variant {
  const cache = new SpanCache();
  const counts = new SharedCounts();
  const channel = newChannel();
  const link = {
    postMessage(message: HostMessage) {
      channel.postMessage(message);
      if (message.type === 'batch') counts.take();
    },
  };
  const feed = new Feed(cache, new Redaction(rulesOf(undefined)), counts, link);
  feed.start();
  return ending(cache, () => {
    feed.flush();
    return feed.sent;
  });
}

function cloning(): Variant {
  const cache = new SpanCache();
  const channel = newChannel();
  let posted = 0;
  cache.subscribe(({ spans }) => {
    channel.postMessage(spans.map(plainOf));
    posted += spans.length;
  });
  return ending(cache, () => posted);
}

/** @param arrived returns the number of spans that have arrived in all */
function ending(cache: SpanCache, arrived: () => number): Variant {
  const tracer = tracerOf(cache.spanProcessor);
  let id = 0;
  return {
    run(count) {
      for (let i = 0; i < count; i++) {
        const attributes = { ...ATTRIBUTES, 'order.id': `ord_${id++}` };
        tracer.startSpan('POST /orders', { attributes }, ROOT_CONTEXT).end();
      }
      cache.flush();
      if (arrived() !== id) throw new Error(`${arrived()} spans arrived, not ${id}`);
    },
  };
}

function newChannel(): BroadcastChannel {
  const channel = new BroadcastChannel('bench');
  // So that the process can end.
  (channel as unknown as NodeJS.RefCounted).unref();
  return channel;
}

function plainOf(span: DeliveredSpan): object {
  const { name, kind, parentSpanContext, startTime, endTime, duration, status, attributes, events, links } = span;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceId,
    spanId,
    traceFlags,
    parentSpanId: parentSpanContext?.spanId,
    name,
    kind,
    startTime,
    endTime,
    duration,
    status,
    attributes,
    events,
    links,
    resource: span.resource.attributes,
    scope: span.instrumentationScope.name,
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
  };
}
