import { BroadcastChannel, MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { SpanCache, type SpanBatch } from '../../src/index.js';
import type { PackedBatch } from '../../src/threads/wire/packed-batch.js';
import { SpanPacker } from '../../src/threads/wire/span-packer.js';
import { SpanUnpacker } from '../../src/threads/wire/span-unpacker.js';
import type { BenchCase } from '../case.js';
import { alternate, type Variant } from '../measure/alternate.js';
import { pipelineOf, subscribeCounting, tracerOf } from './sdk.js';
import { receive } from '../../src/threads/index.js';

const ATTRIBUTES = { 'http.request.method': 'POST', 'http.route': '/orders', 'http.response.status_code': 201 };

export const threads: BenchCase = {
  name: 'threads',
  rows: [
    {
      id: 'threads-relay',
      what: 'whole span with four attributes, packed and posted to another thread: the relaying side',
      against: 'the same, delivered in its own thread',
      unit: 'ns',
    },
    {
      id: 'threads',
      what: 'the same, received, unpacked and delivered by a second cache too: both sides',
      against: 'the same, delivered in its own thread',
      unit: 'ns',
    },
  ],
  guarded: false,
  processes: 3,
  async measure(millis) {
    const variants = [deliveredTo(() => {}), deliveredTo(posting()), deliveredTo(...postingAndReceiving())];
    const [theirs, posted, received] = await alternate(variants, { count: 4_096, millis });
    return {
      samples: {
        'threads-relay': { ours: posted!, theirs: theirs! },
        threads: { ours: received!, theirs: theirs! },
      },
    };
  },
};

type Take = (batch: SpanBatch) => void;

/** @param check throws if spans have not arrived at the other end */
function deliveredTo(take: Take, check: (spans: number) => void = () => {}): Variant {
  const cache = new SpanCache();
  const pipeline = pipelineOf(cache, [subscribeCounting(cache, take)]);
  const tracer = tracerOf(cache.spanProcessor);
  let id = 0;
  return {
    run(count) {
      for (let i = 0; i < count; i++) {
        const attributes = { ...ATTRIBUTES, 'order.id': `ord_${id++}` };
        tracer.startSpan('POST /orders', { attributes }, ROOT_CONTEXT).end();
      }
      cache.flush();
      pipeline.check();
      check(id);
    },
  };
}

/** Packs spans and posts them to a channel without receivers, which clones and discards them. */
function posting(): Take {
  const packer = new SpanPacker();
  const channel = new BroadcastChannel('bench');
  // So that the process can end.
  (channel as unknown as NodeJS.RefCounted).unref();
  return ({ spans }) => channel.postMessage(packer.pack({ spans }));
}

function postingAndReceiving(): [Take, (spans: number) => void] {
  const packer = new SpanPacker();
  const unpacker = new SpanUnpacker({ 'thread.id': 1 });
  const { port1, port2 } = new MessageChannel();
  port2.unref();
  const cache = new SpanCache();
  const arrived = subscribeCounting(cache);
  const take: Take = ({ spans }) => {
    port1.postMessage(packer.pack({ spans }));
    const { message } = receiveMessageOnPort(port2) as { message: PackedBatch };
    receive(cache, unpacker.unpack(message));
    cache.flush();
  };
  const check = (spans: number) => {
    if (arrived() !== spans) throw new Error(`${arrived()} spans arrived, not ${spans}`);
  };
  return [take, check];
}
