import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { SpanCache } from 'otel-span-cache';
import { SpanPacker, type PackedBatch } from 'otel-span-cache/threads';
import { Engine } from '../../../console/src/engine/engine.js';
import { newParts } from '../../../console/src/engine/parts.js';
import { Intake, type Source } from '../../../console/src/worker/intake.js';
import { SeenProcesses } from '../../../console/src/worker/seen-processes.js';
import { tracerOf } from '../sdk.js';
import { order, SPANS_PER_ORDER } from './orders.js';

/** Spans that are kept. */
const RETAINED = 100_000;

/** Spans that are fed before their traces have to be finished; the worker lets 20,000 wait. */
export const PER_ROUND = 12_000;

/** The parts of the worker, put together as it does, without its server. */
export class WorkerSide {
  readonly engine: Engine;
  readonly #intake: Intake;
  readonly #source: Source;
  #taken = 0;

  constructor() {
    const processes = new SeenProcesses();
    const shop = processes.add({ origin: 'host', service: 'shop', pid: 1, resource: {} });
    const parts = newParts({ maxSpans: RETAINED, maxBytes: 96 * 2 ** 20 });
    this.engine = new Engine(parts, { waiting: () => this.#intake.waiting });
    this.#intake = new Intake(processes, {
      onTrace: (trace) => this.engine.addTrace(trace, Date.now()),
      onLog: (log) => this.engine.addLog(log),
      onSpans: (spans) => this.engine.count(spans, Date.now()),
    });
    this.#source = this.#intake.source(shop);
  }

  /** Takes batches, and waits until their traces have arrived in every part. */
  async take(batches: readonly PackedBatch[]): Promise<void> {
    for (const batch of batches) {
      this.#source.take(batch);
      this.#taken += batch.spans;
      // Batches come one by one.
      await immediate();
    }
    // Idle meanwhile: only CPU time counts.
    while (this.#arrived() < this.#taken) await delay(20);
  }

  #arrived(): number {
    if (this.#intake.losses.unreadable + this.engine.failed > 0) throw new Error('the worker has lost spans');
    const { spans, evicted } = this.engine.history.stats();
    return spans + evicted;
  }
}

/** Spans as they come from the service, packed. */
export class PackedOrders {
  readonly #packer = new SpanPacker();
  readonly #cache = new SpanCache();
  readonly #tracer = tracerOf(this.#cache.spanProcessor);
  #batches: PackedBatch[] = [];
  #orders = 0;

  constructor() {
    this.#cache.subscribe(({ spans }) => this.#batches.push(this.#packer.pack({ spans })));
  }

  next(spans: number): PackedBatch[] {
    for (let count = 0; count < spans; count += SPANS_PER_ORDER) {
      order(this.#tracer, this.#orders++);
      if (count % 1_020 === 0) this.#cache.flush();
    }
    this.#cache.flush();
    const batches = this.#batches;
    this.#batches = [];
    return batches;
  }
}

/** A worker whose history is full. */
export async function fullWorker(orders: PackedOrders): Promise<WorkerSide> {
  const worker = new WorkerSide();
  for (let spans = 0; spans < RETAINED + PER_ROUND; spans += PER_ROUND) await worker.take(orders.next(PER_ROUND));
  return worker;
}
