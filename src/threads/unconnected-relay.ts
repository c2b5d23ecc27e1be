import type { RelayStats, SpanRelay } from './contract.js';

/** The relay of a thread that nobody receives from. Costs nothing: it is not subscribed. */
export class UnconnectedRelay implements SpanRelay {
  readonly role = 'relay';
  readonly closed = true;

  close(): void {}

  [Symbol.dispose](): void {}

  stats(): RelayStats {
    return {
      sent: 0,
      inFlight: 0,
      bytesInFlight: 0,
      queued: 0,
      queuedBytes: 0,
      dropped: 0,
      droppedByBytes: 0,
      droppedOrphans: 0,
      unreadable: 0,
    };
  }
}
