import { threadId } from 'node:worker_threads';
import { Episode } from '../support/episode.js';
import { BatchBuffer } from '../cache/fanout/batch-buffer.js';
import type { SpanDemand } from '../cache/intake/gate.js';
import type { SpanBatch } from '../cache/fanout/span-batch.js';
import type { Handle } from '../support/handle.js';
import type { SpanCache } from '../cache/span-cache.js';
import { checkReceiverMessage } from './check-message.js';
import type { RelayStats, SpanRelay } from './contract.js';
import { InFlight } from './in-flight.js';
import type { RelayOptions } from './options.js';
import { PromptDelivery } from './prompt-delivery.js';
import { PROTOCOL_VERSION, type ReceiverAddress, type ReceiverMessage } from './protocol.js';
import { RelayLink } from './relay-link.js';
import { RelayLosses } from './relay-losses.js';
import { SharedCounts } from './shared-counts.js';
import { BatchPacker } from './wire/batch-packer.js';
import { packedBytes } from './wire/packed.js';

/** Spans and orphans from which on a batch is sent as it is. Smaller ones that wait are sent together. */
const FULL_BATCH = 256;

/**
 * Subscribes to the cache of its thread and sends each batch on.
 *
 * At most `maxSpansInFlight`, and `maxBytes`, are on their way, not taken in yet; what is delivered meanwhile waits in
 * a bounded buffer, so that a receiver which is busy costs this thread no more than that. When the thread ends, all of
 * it is sent. Whatever is lost here is told with the next message.
 */
export class CacheRelay implements SpanRelay {
  readonly role = 'relay';
  readonly #cache: SpanCache;
  readonly #options: Required<RelayOptions>;
  readonly #link: RelayLink;
  readonly #buffer: BatchBuffer;
  readonly #packer: BatchPacker;
  readonly #losses: RelayLosses;
  readonly #failures = new Episode();
  readonly #counts = new SharedCounts();
  #demand: SpanDemand = { spans: false, orphans: false };
  #subscription: Handle | undefined;
  #promptDelivery: PromptDelivery | undefined;
  readonly #inFlight = new InFlight(this.#counts);
  /** Whether everything is to be sent, whatever is on its way. */
  #urgent = false;
  /** Whether the receiver has been told that nothing is left to send. */
  #settled = false;
  #closed = false;
  #sent = 0;

  constructor(cache: SpanCache, address: ReceiverAddress, options: Required<RelayOptions>) {
    this.#cache = cache;
    this.#options = options;
    this.#buffer = new BatchBuffer(options.capacity, options.maxBytes);
    this.#link = new RelayLink(address.channel, this.#counts, {
      onMessage: (message) => this.#guard(() => this.#onMessage(checkReceiverMessage(message))),
      onClose: () => {
        this.#buffer.drop();
        this.#end();
      },
    });
    this.#packer = new BatchPacker((id, attributes) => {
      this.#guard(() => this.#link.post({ type: 'resource', id, attributes }));
    });
    this.#losses = new RelayLosses(cache, this.#buffer, this.#packer);
    const { threadName } = options;
    this.#link.post({ type: 'hello', version: PROTOCOL_VERSION, threadId, threadName, counts: this.#counts.memory });
    // Until the receiver says what is wanted there, a short-lived thread would have lost its spans.
    this.#subscribe({ spans: true, orphans: true });
    process.on('exit', this.#atExit);
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#guard(() => this.#sendEverything());
    this.#guard(() => this.#link.post({ type: 'bye', ...this.#losses.take() }));
    this.#end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  stats(): RelayStats {
    const { items: inFlight, bytes: bytesInFlight } = this.#inFlight.read();
    const { queued, queuedBytes, dropped, droppedByBytes, droppedOrphans } = this.#buffer.stats();
    const buffered = { queued, queuedBytes, dropped, droppedByBytes, droppedOrphans };
    return { sent: this.#sent, inFlight, bytesInFlight, ...buffered, unreadable: this.#packer.unreadable.spans };
  }

  readonly #atExit = (): void => this.close();

  #end(): void {
    this.#closed = true;
    process.off('exit', this.#atExit);
    this.#subscription?.close();
    this.#promptDelivery?.close();
    this.#link.close();
    this.#inFlight.clear();
  }

  #onMessage(message: ReceiverMessage): void {
    switch (message.type) {
      case 'room':
        this.#sendBuffered();
        this.#noteSettled();
        break;
      case 'demand':
        this.#subscribe(message);
        this.#noteSettled();
        break;
      case 'flush':
        this.#sendEverything();
        this.#link.post({ type: 'flushed', flush: message.flush });
        break;
    }
  }

  #subscribe(demand: SpanDemand): void {
    this.#demand = demand;
    const { spans, orphans } = demand;
    const before = this.#subscription;
    if (spans && before === undefined) this.#begin();
    this.#subscription = spans ? this.#cache.subscribe(this.#take, { orphans }) : undefined;
    before?.close();
    if (!spans && before !== undefined) this.#pause();
  }

  #begin(): void {
    this.#losses.begin();
    this.#promptDelivery = new PromptDelivery(this.#cache, () => this.#unsettle(), () => this.#noteSettled());
  }

  #pause(): void {
    this.#losses.pause();
    this.#promptDelivery?.close();
    this.#promptDelivery = undefined;
  }

  /** Takes a batch over, in the delivery itself. */
  readonly #take = ({ spans, orphans }: SpanBatch): void => {
    this.#losses.took(spans.length, orphans.length);
    // First: should the thread die in the next moment, it is known what was not sent.
    this.#counts.owe(this.#losses.owed(this.#cache.stats()));
    this.#sendBuffered();
    if (this.#buffer.empty && this.#maySend) {
      this.#send(spans, orphans);
    } else {
      this.#buffer.addSpans(spans);
      this.#buffer.addOrphans(orphans);
      this.#sendBuffered();
    }
  };

  get #maySend(): boolean {
    if (this.#urgent) return true;
    const { items, bytes } = this.#inFlight.read();
    const { maxSpansInFlight, maxBytes } = this.#options;
    return items < maxSpansInFlight && bytes < maxBytes && !this.#link.crowded;
  }

  /** If something is left that may not be sent yet, the receiver says when it may. */
  #sendBuffered(): void {
    this.#sendWhatMayBe();
    if (this.#buffer.empty) return;
    this.#counts.wait();
    // Some may have been taken in before the receiver could know.
    this.#sendWhatMayBe();
  }

  #sendWhatMayBe(): void {
    while (!this.#buffer.empty && this.#maySend) {
      const { spans, orphans } = this.#buffer.shiftSome(FULL_BATCH)!;
      this.#send(spans, orphans);
    }
  }

  #sendEverything(): void {
    this.#urgent = true;
    try {
      this.#sendBuffered();
      this.#cache.flush();
    } finally {
      this.#urgent = false;
      this.#noteSettled();
    }
  }

  #send(spans: SpanBatch['spans'], orphans: SpanBatch['orphans']): void {
    const packed = this.#packer.pack(spans, orphans);
    this.#link.postBatch({ type: 'batch', ...packed, ...this.#losses.take() });
    this.#inFlight.add({ items: spans.length + orphans.length, bytes: packedBytes(packed) });
    this.#sent += packed.spans;
  }

  #unsettle(): void {
    if (!this.#settled) return;
    this.#settled = false;
    this.#counts.unsettle();
  }

  /**
   * Outside of a delivery: says what would be lost if this thread died, and whether there is anything to flush. As
   * long as there is not, the receiver need not wait for this thread, which may sleep.
   */
  #noteSettled(): void {
    const stats = this.#cache.stats();
    this.#counts.owe(this.#losses.owed(stats));
    const { spans, events } = stats;
    const waiting = spans.queued + spans.held + events.queued + events.held;
    if (this.#demand.spans && (waiting > 0 || !this.#promptDelivery!.hasSeen(stats))) return;
    if (!this.#buffer.empty) return;
    this.#settled = true;
    this.#counts.settle(this.#demand);
  }

  #guard(code: () => void): void {
    this.#failures.guard('spans could not be sent to another thread', code);
  }
}
