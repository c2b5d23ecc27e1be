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
import { packedBytes } from './wire/packed-batch.js';
import { SpanPacker } from './wire/span-packer.js';

/** Buffered batches are merged until they have this many spans and orphans. */
const FULL_BATCH = 256;

/**
 * Subscribes to the cache of its thread and forwards each batch.
 *
 * `maxSpansInFlight` and `maxBytes` bound the items in flight. Further batches wait in a bounded buffer, so a busy
 * receiver cannot fill this thread's memory. When the thread exits, the buffer is sent. Losses are reported with the
 * next message.
 */
export class CacheRelay implements SpanRelay {
  readonly role = 'relay';
  readonly #cache: SpanCache;
  readonly #options: Required<RelayOptions>;
  readonly #link: RelayLink;
  readonly #buffer: BatchBuffer;
  /** Pending resource attributes, once settled, are sent without waiting for spans. */
  readonly #packer = new SpanPacker({ onSettled: () => this.#guard(() => this.#send([], [])) });
  readonly #losses: RelayLosses;
  readonly #failures = new Episode();
  readonly #counts = new SharedCounts();
  #demand: SpanDemand = { spans: false, orphans: false };
  #subscription: Handle | undefined;
  #promptDelivery: PromptDelivery | undefined;
  readonly #inFlight = new InFlight(this.#counts);
  /** Whether the bounds on batches in flight are suspended, for a flush or the end of the thread. */
  #urgent = false;
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
    this.#losses = new RelayLosses(cache, this.#buffer);
    const { threadName } = options;
    this.#link.post({ type: 'hello', version: PROTOCOL_VERSION, threadId, threadName, counts: this.#counts.memory });
    // A short-lived thread would lose its spans if it waited for the receiver's demand.
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
    const { delivered: _, ...buffered } = this.#buffer.stats();
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
    if (spans) this.#begin();
    this.#subscription = spans ? this.#cache.subscribe(this.#take, { orphans }) : undefined;
    before?.close();
    if (!spans) this.#pause();
  }

  /** Idempotent, as `#pause()` is. */
  #begin(): void {
    this.#losses.begin();
    this.#promptDelivery ??= new PromptDelivery(
      this.#cache,
      () => this.#counts.unsettle(),
      () => this.#noteSettled(),
    );
  }

  #pause(): void {
    this.#losses.pause();
    this.#promptDelivery?.close();
    this.#promptDelivery = undefined;
  }

  /** Called with each batch, synchronously during delivery. */
  readonly #take = ({ spans, orphans }: SpanBatch): void => {
    this.#losses.took(spans.length, orphans.length);
    // Published before anything is sent, so that the receiver can count the losses if this thread dies now.
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

  /** Sends buffered batches up to the bounds. If any are left, the receiver posts `room` after its next batch. */
  #sendBuffered(): void {
    this.#sendWithinBounds();
    if (this.#buffer.empty) return;
    this.#counts.wait();
    // The receiver may have processed a batch before it could see that this relay is waiting.
    this.#sendWithinBounds();
  }

  #sendWithinBounds(): void {
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
    const batch = this.#packer.pack({ spans, orphans, ...this.#losses.take() });
    this.#link.post({ type: 'batch', batch });
    this.#inFlight.add({ items: spans.length + orphans.length, bytes: packedBytes(batch) });
    this.#sent += batch.spans;
  }

  /**
   * Publishes, outside a delivery, how many spans would be lost if this thread died, and whether anything is left to
   * send. If nothing is left, the receiver does not wait for this thread, which may be blocked.
   */
  #noteSettled(): void {
    const stats = this.#cache.stats();
    this.#counts.owe(this.#losses.owed(stats));
    const { spans, events } = stats;
    const waiting = spans.queued + spans.held + events.queued + events.held;
    if (this.#demand.spans && (waiting > 0 || !this.#promptDelivery!.hasSeen(stats))) return;
    if (!this.#buffer.empty) return;
    this.#counts.settle(this.#demand);
  }

  #guard(code: () => void): void {
    this.#failures.guard('spans could not be sent to another thread', code);
  }
}
