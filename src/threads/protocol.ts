import type { MessagePort } from 'node:worker_threads';
import type { SpanDemand } from '../cache/intake/gate.js';
import type { PackedBatch } from './wire/packed-batch.js';

/*
 * The messages between a relay and its receiver: plain data that can be cloned. `check-message.ts` validates a whole
 * message before any part of it is used.
 *
 *   relay                                    receiver
 *     │  hello, batch, batch …                   │     channel of the receiver, for all its relays
 *     │ ───────────────────────────────────────▶ │
 *     │  batch, batch …                          │     channel of the relay, once the receiver listens to it
 *     │ ───────────────────────────────────────▶ │
 *     │                  port (to the thread)    │
 *     │ ◀─────────────────────────────────────── │
 *     │              demand, room, flush …       │     message port
 *     │ ◀─────────────────────────────────────── │
 *     │  bye                                     │     channel of the relay
 *     │ ───────────────────────────────────────▶ │
 *
 * If the port closes without a `bye`, the thread has died. The hello contains the memory that both sides share, see
 * `SharedCounts`.
 */

/** Incremented when a message changes incompatibly. */
export const PROTOCOL_VERSION = 3;

/** The address of a receiver. Threads inherit it as environment data from the thread that creates them. */
export interface ReceiverAddress {
  readonly version: number;
  readonly threadId: number;
  /** The name of its broadcast channel, unique to this receiver. */
  readonly channel: string;
}

/** The name of the channel between one relay and its receiver. */
export function channelOf(relay: string, receiver: string): string {
  return `${receiver}/${relay}`;
}

export interface Hello {
  readonly type: 'hello';
  readonly version: number;
  readonly threadId: number;
  readonly threadName: string | undefined;
  /** The memory of `SharedCounts`. */
  readonly counts: Int32Array;
}

/** Spans and orphans lost since the previous report. */
export interface Losses {
  readonly dropped: number;
  readonly droppedOrphans: number;
}

export interface BatchMessage {
  readonly type: 'batch';
  /** Includes the losses since the previous batch. */
  readonly batch: PackedBatch;
}

export type RelayMessage =
  | Hello
  /** The relay has received the port. */
  | { readonly type: 'ready' }
  | BatchMessage
  /** Everything that had ended when the relay received the flush request has been sent. */
  | { readonly type: 'flushed'; readonly flush: number }
  /** The last message. */
  | ({ readonly type: 'bye' } & Losses);

/** A message on the receiver's channel, which all relays share. */
export interface Broadcast {
  readonly relay: string;
  readonly message: RelayMessage;
}

/** Posted to the thread of a relay, to hand over its port. */
export interface PortHandover {
  /** The id of the relay. */
  readonly otelSpanCacheRelay: string;
  readonly port: MessagePort;
}

export type ReceiverMessage =
  /** A batch was processed while the relay was waiting for room. */
  | { readonly type: 'room' }
  | ({ readonly type: 'demand' } & SpanDemand)
  | { readonly type: 'flush'; readonly flush: number };
