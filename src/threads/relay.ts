import workerThreads from 'node:worker_threads';
import { Episode } from '../diagnostics/episode.js';
import { BatchBuffer } from '../fanout/batch-buffer.js';
import type { SpanDemand } from '../fanout/demand.js';
import type { SpanBatch } from '../fanout/span-batch.js';
import type { SubscriptionHandle } from '../fanout/subscription.js';
import { toAttributeValue } from '../model/attribute-value.js';
import type { SpanCache } from '../span-cache.js';
import type { RelayStats, SpanRelay } from './contract.js';
import type { RelayOptions } from './options.js';
import { PROTOCOL_VERSION, type BatchMessage, type Losses, type ReceiverAddress, type ReceiverMessage } from './protocol.js';
import { RelayLink } from './relay-link.js';
import { BatchPacker } from './wire/batch-packer.js';

/**
 * Subscribes to the cache of its thread and sends each batch on.
 *
 * At most `maxSpansInFlight` are on their way, not acknowledged; what is delivered meanwhile waits in a bounded
 * buffer, so that a receiver which is busy costs this thread no more than that. When the thread ends, all of it is
 * sent. Whatever is lost here is told with the next message.
 */
export class CacheRelay implements SpanRelay {
  readonly role = 'relay';
  readonly #cache: SpanCache;
  readonly #maxSpansInFlight: number;
  readonly #link: RelayLink;
  readonly #buffer: BatchBuffer;
  readonly #packer: BatchPacker;
  readonly #failures = new Episode();
  /** Shared with the receiver, which reads it when this thread has died. */
  readonly #unsent = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #subscription: SubscriptionHandle | undefined;
  /** The sizes of the batches on their way, the oldest first. */
  readonly #inFlight: number[] = [];
  #spansInFlight = 0;
  /** Whether everything is to be sent, whatever is on its way. */
  #urgent = false;
  #closed = false;
  #sent = 0;
  #told = { spans: 0, orphans: 0 };

  constructor(cache: SpanCache, address: ReceiverAddress, options: Required<RelayOptions>) {
    this.#cache = cache;
    this.#maxSpansInFlight = options.maxSpansInFlight;
    this.#buffer = new BatchBuffer(options.capacity);
    this.#link = new RelayLink(address, (message) => this.#guard(() => this.#obey(message)), this.#lose);
    this.#packer = new BatchPacker((id, attributes) =>
      this.#guard(() => this.#link.post({ type: 'resource', id, attributes })),
    );
    this.#link.post({
      type: 'hello',
      version: PROTOCOL_VERSION,
      threadId: workerThreads.threadId,
      threadName: options.threadName ?? nameOfThisThread(),
      unsent: this.#unsent,
    });
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
    this.#guard(() => this.#link.post({ type: 'bye', ...this.#takeLosses() }));
    this.#end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  stats(): RelayStats {
    return {
      sent: this.#sent,
      inFlight: this.#spansInFlight,
      queued: this.#buffer.queued,
      dropped: this.#buffer.dropped,
      droppedOrphans: this.#buffer.droppedOrphans,
      unreadable: this.#packer.unreadable.spans,
    };
  }

  readonly #atExit = (): void => this.close();

  /** The receiver is gone. */
  readonly #lose = (): void => {
    this.#buffer.drop();
    this.#end();
  };

  #end(): void {
    this.#closed = true;
    process.off('exit', this.#atExit);
    this.#subscription?.close();
    this.#link.close();
    this.#inFlight.length = 0;
    this.#spansInFlight = 0;
    Atomics.store(this.#unsent, 0, 0);
  }

  #obey(message: ReceiverMessage): void {
    if (message.type === 'ack') {
      this.#spansInFlight -= this.#inFlight.shift() ?? 0;
      this.#sendBuffered();
      this.#noteUnsent();
    } else if (message.type === 'demand') {
      this.#subscribe(message);
    } else {
      this.#sendEverything();
      this.#link.post({ type: 'flushed', flush: message.flush });
    }
  }

  #subscribe({ spans, orphans }: SpanDemand): void {
    const before = this.#subscription;
    // What was lost while nobody wanted it is not told.
    if (before === undefined) this.#told = this.#lost();
    this.#subscription = spans ? this.#cache.subscribe(this.#take, { orphans }) : undefined;
    before?.close();
  }

  /** Takes a batch over, in the delivery itself. */
  readonly #take = ({ spans, orphans }: SpanBatch): void => {
    if (this.#maySend) {
      this.#send(spans, orphans);
    } else {
      this.#buffer.addSpans(spans);
      this.#buffer.addOrphans(orphans);
    }
    this.#noteUnsent();
  };

  get #maySend(): boolean {
    return this.#urgent || this.#spansInFlight < this.#maxSpansInFlight;
  }

  #sendBuffered(): void {
    while (this.#maySend) {
      const batch = this.#buffer.shift();
      if (batch === undefined) return;
      this.#send(batch.spans, batch.orphans);
    }
  }

  #sendEverything(): void {
    this.#urgent = true;
    try {
      this.#sendBuffered();
      this.#cache.flush();
    } finally {
      this.#urgent = false;
      this.#noteUnsent();
    }
  }

  #send(spans: SpanBatch['spans'], orphans: SpanBatch['orphans']): void {
    const packed = this.#packer.pack(spans, orphans);
    this.#post({ type: 'batch', ...packed, ...this.#takeLosses() });
    this.#inFlight.push(spans.length + orphans.length);
    this.#spansInFlight += spans.length + orphans.length;
    this.#sent += packed.spans;
  }

  /** Log records may hold anything. What cannot be cloned goes as a string. */
  #post(message: BatchMessage): void {
    try {
      this.#link.post(message);
    } catch {
      this.#link.post({ ...message, values: message.values.map(cloneable) });
    }
  }

  #takeLosses(): Losses {
    const lost = this.#lost();
    const told = this.#told;
    this.#told = lost;
    return { dropped: lost.spans - told.spans, droppedOrphans: lost.orphans - told.orphans };
  }

  /** What was lost in this thread so far, though the receiver wanted it. */
  #lost({ spans, events } = this.#cache.stats()): { spans: number; orphans: number } {
    const { queue_full, invalid, relay } = spans.dropped;
    const { unreadable } = this.#packer;
    return {
      spans: queue_full + invalid + relay + this.#buffer.dropped + unreadable.spans,
      orphans: events.dropped.relay + this.#buffer.droppedOrphans + unreadable.orphans,
    };
  }

  /** Says for the case that this thread dies what would be lost then, and has not been told. */
  #noteUnsent(): void {
    if (this.#closed) return;
    const stats = this.#cache.stats();
    const waiting = stats.spans.queued + stats.spans.held + this.#buffer.queued;
    Atomics.store(this.#unsent, 0, waiting + this.#lost(stats).spans - this.#told.spans);
  }

  #guard(code: () => void): void {
    try {
      code();
      this.#failures.end();
    } catch (error) {
      this.#failures.report('spans could not be sent to another thread', error);
    }
  }
}

/** What Node calls a worker that was created without a name. */
const NAMELESS = 'WorkerThread';

/** Newer versions of Node tell the `name` that the worker was created with. */
function nameOfThisThread(): string | undefined {
  const { threadName } = workerThreads as { threadName?: string | null };
  return threadName === NAMELESS ? undefined : threadName || undefined;
}

function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return written(value);
  }
}

function written(value: unknown): unknown {
  try {
    return toAttributeValue(value);
  } catch {
    return '';
  }
}
