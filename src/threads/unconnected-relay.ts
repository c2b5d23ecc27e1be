import type { SpanRelay } from './contract.js';

const BUFFERED = { queued: 0, queuedBytes: 0, dropped: 0, droppedByBytes: 0, droppedOrphans: 0 };

/** The relay of a thread that nobody receives from. Costs nothing: it is not subscribed. */
export const UNCONNECTED: SpanRelay = {
  role: 'relay',
  closed: true,
  close() {},
  [Symbol.dispose]() {},
  stats: () => ({ sent: 0, inFlight: 0, bytesInFlight: 0, ...BUFFERED, unreadable: 0 }),
};
