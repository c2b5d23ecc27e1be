/**
 * Told how late events are. Brings the clock along: the reconciler, which has none, only carries the time
 * of a span's delivery to the event that comes after it.
 */
export interface Lateness {
  now(): number;
  /** An event came, and its span was delivered at this time. Must not throw. */
  lateSince(deliveredAt: number): void;
}
