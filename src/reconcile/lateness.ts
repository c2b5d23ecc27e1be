import type { SpanIdentity } from '../model/span-map.js';

/**
 * Told how late events are. Brings the clock along: the reconciler, which has none, only carries the time
 * of a span's delivery to the event that comes after it.
 */
export interface Lateness {
  now(): number;
  /** An event came, and its span was delivered at this time. Must not throw. */
  lateSince(deliveredAt: number): void;
}

/** A delivered span that is remembered with the time of its delivery. */
export class TimedSpan implements SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
  /** 0 if nobody asks how late events are. */
  readonly deliveredAt: number;

  constructor({ traceId, spanId }: SpanIdentity, deliveredAt: number) {
    this.traceId = traceId;
    this.spanId = spanId;
    this.deliveredAt = deliveredAt;
  }
}
