import type { DeliveredSpan, Handle, OrphanEvent, SpanBatch, SpanCache } from 'otel-span-cache';
import { SpanPacker, type PackedBatch } from 'otel-span-cache/threads';
import type { HostMessage, Link } from '../link/messages.js';
import type { FeedLosses, SharedCounts } from '../link/shared-counts.js';
import { InFlight } from './in-flight.js';
import type { Redaction } from './redaction.js';
import { clearTimeout, setTimeout } from './timers.js';

/** Number of spans and orphans at which a batch is posted at once. */
const FULL = 1_024;

const POST_MILLIS = 20;

/** Maximum number of spans and orphans on their way to the worker. */
export const MAX_IN_FLIGHT = 32_768;

/** Approximate maximum of their packed size in bytes. */
export const MAX_BYTES_IN_FLIGHT = 64 * 2 ** 20;

/** Options of the subscription, which hands over each batch at once. */
const SUBSCRIPTION = { orphans: true, capacity: MAX_IN_FLIGHT, maxBytes: MAX_BYTES_IN_FLIGHT } as const;

/**
 * Sends the spans and orphans of a cache to the worker: masked, packed, every 20 ms, or as soon as there are 1,024.
 *
 * At most 32,768 are on their way; past that, whole batches are dropped and counted, which limits the cost of a busy
 * worker to the service.
 */
export class Feed {
  readonly #cache: SpanCache;
  readonly #redaction: Redaction;
  readonly #counts: SharedCounts;
  readonly #link: Link<HostMessage>;
  readonly #inFlight: InFlight;
  readonly #packer = new SpanPacker({ onSettled: () => this.#post([], []) });
  #subscription: Handle | undefined;
  #spans: DeliveredSpan[] = [];
  #orphans: OrphanEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #losses: FeedLosses = { spans: 0, orphans: 0, unreadable: 0 };
  #sent = 0;
  #closed = false;

  constructor(cache: SpanCache, redaction: Redaction, counts: SharedCounts, link: Link<HostMessage>) {
    this.#cache = cache;
    this.#redaction = redaction;
    this.#counts = counts;
    this.#link = link;
    this.#inFlight = new InFlight(counts);
  }

  /** Whether it receives spans from the cache. */
  get on(): boolean {
    return this.#subscription !== undefined;
  }

  /** Whether the cache has ended the subscription: it was shut down. */
  get isEnded(): boolean {
    return this.#subscription?.closed === true;
  }

  /** Number of spans posted, except those still on their way when it was closed. */
  get sent(): number {
    return this.#sent;
  }

  get losses(): FeedLosses {
    return this.#losses;
  }

  get inFlight(): number {
    return this.#inFlight.items;
  }

  /** Starts to receive spans from the cache. */
  start(): void {
    if (this.#closed || this.on) return;
    this.#subscription = this.#cache.subscribe(this.#take, SUBSCRIPTION);
  }

  /** Stops receiving spans, and posts the waiting ones. */
  stop(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.flush();
  }

  /** Posts the waiting spans and orphans. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [spans, orphans] = [this.#spans, this.#orphans];
    this.#spans = [];
    this.#orphans = [];
    if (spans.length <= FULL && orphans.length <= FULL) {
      if (spans.length + orphans.length > 0) this.#post(spans, orphans);
      return;
    }
    for (let at = 0; at < Math.max(spans.length, orphans.length); at += FULL) {
      this.#post(spans.slice(at, at + FULL), orphans.slice(at, at + FULL));
    }
  }

  /** Stops receiving and posting. All spans waiting or on their way count as lost. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#subscription?.close();
    this.#subscription = undefined;
    clearTimeout(this.#timer);
    const { spans, orphans } = this.#inFlight.left;
    this.#sent -= spans;
    this.#lose(this.#spans.length + spans, this.#orphans.length + orphans);
    this.#spans = [];
    this.#orphans = [];
  }

  readonly #take = ({ spans, orphans, dropped }: SpanBatch): void => {
    if (dropped > 0) this.#lose(dropped, 0);
    // A loop, because the number of spread arguments is limited.
    for (const span of spans) this.#spans.push(span);
    for (const orphan of orphans) this.#orphans.push(orphan);
    if (this.#spans.length + this.#orphans.length >= FULL) this.flush();
    else this.#timer ??= setTimeout(this.#onTimer, POST_MILLIS).unref();
  };

  readonly #onTimer = (): void => this.flush();

  #post(spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[]): void {
    if (this.#closed) return;
    const items = spans.length + orphans.length;
    const { items: inFlight, bytes } = this.#inFlight.read();
    if (inFlight + items > MAX_IN_FLIGHT || bytes > MAX_BYTES_IN_FLIGHT) {
      this.#lose(spans.length, orphans.length);
      return;
    }
    this.#send(this.#packer.pack({ spans: this.#masked(spans), orphans: this.#maskedOrphans(orphans) }));
  }

  #send(batch: PackedBatch): void {
    if (batch.dropped + batch.droppedOrphans > 0) this.#lose(0, batch.droppedOrphans, batch.dropped);
    try {
      this.#link.postMessage({ type: 'batch', batch });
      this.#inFlight.add(batch);
      this.#sent += batch.spans;
    } catch {
      // Out of memory for a copy. The worker may lack texts of this batch from now on.
      this.#packer.restart();
      this.#lose(batch.spans, batch.orphans);
    }
  }

  #masked(spans: readonly DeliveredSpan[]): DeliveredSpan[] {
    const masked: DeliveredSpan[] = [];
    for (const span of spans) {
      const shown = this.#redaction.span(span);
      if (shown === undefined) this.#lose(0, 0, 1);
      else masked.push(shown);
    }
    return masked;
  }

  #maskedOrphans(orphans: readonly OrphanEvent[]): OrphanEvent[] {
    const masked: OrphanEvent[] = [];
    for (const orphan of orphans) {
      const shown = this.#redaction.orphan(orphan);
      if (shown === undefined) this.#lose(0, 1);
      else masked.push(shown);
    }
    return masked;
  }

  #lose(spans: number, orphans: number, unreadable = 0): void {
    const { spans: before, orphans: orphansBefore, unreadable: unreadableBefore } = this.#losses;
    this.#losses = {
      spans: before + spans,
      orphans: orphansBefore + orphans,
      unreadable: unreadableBefore + unreadable,
    };
    this.#counts.losses = this.#losses;
  }
}
