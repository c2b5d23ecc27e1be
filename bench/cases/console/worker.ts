import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { SpanCache } from 'otel-span-cache';
import { receive, SpanUnpacker, type PackedBatch } from 'otel-span-cache/threads';
import type { Measured } from '../../case.js';
import { alternate, type Variant } from '../../measure/alternate.js';
import { againstAim } from './aim.js';
import { fullWorker, PackedOrders, PER_ROUND } from './worker-side.js';

const AIM_MICROS = 8;

export async function measure(millis: number): Promise<Measured> {
  const [worker, received] = await alternate([await working(), receiving()], { count: PER_ROUND, millis });
  const inMicros = (nanos: readonly number[]) => nanos.map((each) => each / 1_000);
  return {
    samples: {
      'console-worker': againstAim(inMicros(worker!), AIM_MICROS),
      'console-worker-receive': { ours: inMicros(worker!), theirs: inMicros(received!) },
    },
  };
}

async function working(): Promise<Variant> {
  const orders = new PackedOrders();
  const worker = await fullWorker(orders);
  return taking(orders, (batches) => worker.take(batches));
}

function receiving(): Variant {
  const unpacker = new SpanUnpacker({ process: 1 });
  const cache = new SpanCache();
  const options = { settleMillis: 100, timeoutMillis: 5_000, maxSpans: 20_000 };
  const taken = { spans: 0 };
  const arrived = { spans: 0 };
  cache.subscribeToTraces(({ spans }) => (arrived.spans += spans.length), options);
  return taking(new PackedOrders(), async (batches) => {
    for (const batch of batches) {
      receive(cache, unpacker.unpack(batch));
      taken.spans += batch.spans;
      await immediate();
    }
    const { spans: expected } = taken;
    while (arrived.spans < expected) await delay(20);
  });
}

/** Spans are packed before a round, untimed. */
function taking(orders: PackedOrders, take: (batches: readonly PackedBatch[]) => Promise<void>): Variant {
  let batches: PackedBatch[] = [];
  return {
    prepare: () => {
      batches = orders.next(PER_ROUND);
    },
    run: () => take(batches),
  };
}
