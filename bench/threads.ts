/*
 * What does it cost to relay spans to another thread? Whole spans with four attributes, started, ended and
 * delivered to a subscriber:
 *
 * - in one thread
 * - with their batches packed and posted, which is what the thread that relays does
 * - with their batches received, unpacked and delivered by a second cache too: the work of both threads
 *
 *   npx tsx bench/threads.ts
 */
import { BroadcastChannel, MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { SpanCache, type SpanBatch } from '../src/index.js';
import type { WireBatch } from '../src/threads/protocol.js';
import { BatchPacker } from '../src/threads/wire/batch-packer.js';
import { BatchUnpacker } from '../src/threads/wire/batch-unpacker.js';
import { alternate, report, type Variant } from './alternate.js';

const ATTRIBUTES = { 'http.request.method': 'POST', 'http.route': '/orders', 'http.response.status_code': 201 };

function wholeSpans(name: string, take: (batch: SpanBatch) => void): Variant {
  const cache = new SpanCache();
  cache.subscribe(take);
  const tracer = new BasicTracerProvider({ spanProcessors: [cache.spanProcessor] }).getTracer('bench');
  let id = 0;
  return {
    name,
    run(count) {
      for (let i = 0; i < count; i++) {
        const attributes = { ...ATTRIBUTES, 'order.id': `ord_${id++}` };
        tracer.startSpan('POST /orders', { attributes }, ROOT_CONTEXT).end();
      }
      cache.flush();
    },
  };
}

/** Packs and posts to nobody: what is posted is cloned, and then gone. */
function posting(): (batch: SpanBatch) => void {
  const packer = new BatchPacker(() => {});
  const channel = new BroadcastChannel('bench');
  // Lets the process end.
  (channel as unknown as NodeJS.RefCounted).unref();
  return ({ spans }) => channel.postMessage(packer.pack(spans, []));
}

function postingAndReceiving(): (batch: SpanBatch) => void {
  const packer = new BatchPacker(() => {});
  const unpacker = new BatchUnpacker([['thread.id', 1]]);
  const { port1, port2 } = new MessageChannel();
  port2.unref();
  const cache = new SpanCache();
  cache.subscribe(() => {});
  return ({ spans }) => {
    port1.postMessage(packer.pack(spans, []));
    const { message } = receiveMessageOnPort(port2) as { message: WireBatch };
    cache.receive(unpacker.unpack(message));
    cache.flush();
  };
}

const timings = alternate(
  [
    wholeSpans('in one thread', () => {}),
    wholeSpans('and posted', posting()),
    wholeSpans('and received', postingAndReceiving()),
  ],
  60,
  4_096,
);
console.log(report(timings));
