import type { Attributes } from '@opentelemetry/api';
import type { MessagePort } from 'node:worker_threads';
import type { SpanDemand } from '../cache/intake/gate.js';
import type { InstrumentationScope } from '../model/otel.js';
import type { Packed } from './wire/packed.js';
import type { Entry } from './wire/sent-table.js';

/*
 * What a relay and its receiver send each other: plain data that can be cloned. Each side checks a message whole, by
 * `check-message.ts`, before it uses anything of it.
 *
 *   relay                                    receiver
 *     │  hello, batch, batch …                   │     channel of the receiver, for all its relays
 *     │ ───────────────────────────────────────▶ │
 *     │  batch, batch …                          │     channel of the relay: as soon as it is listened to
 *     │ ───────────────────────────────────────▶ │
 *     │                  port (to the thread)    │
 *     │ ◀─────────────────────────────────────── │
 *     │              demand, room, flush …       │     message port
 *     │ ◀─────────────────────────────────────── │
 *     │  bye                                     │     channel of the relay
 *     │ ───────────────────────────────────────▶ │
 *
 * A thread that ends without a `bye` has died: its port closes. The hello brings memory that both share: see
 * `SharedCounts`.
 */

/** Raised when a message changes in a way that the other side must know. */
export const PROTOCOL_VERSION = 2;

/** Where a receiver listens. Threads inherit it as environment data from the thread that creates them. */
export interface ReceiverAddress {
  readonly version: number;
  /** The thread of the receiver. */
  readonly threadId: number;
  /** The name of its broadcast channel, which no other receiver has. */
  readonly channel: string;
}

/** The name of the channel that a relay has for itself, with that receiver. */
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

export interface WireResource {
  readonly attributes: Attributes;
  readonly schemaUrl: string | undefined;
  /** More attributes follow, as `resource`. */
  readonly pending: boolean;
}

export interface WireBatch extends Packed {
  /** How many of each follow one another in the packed lists, each as an item. */
  readonly spans: number;
  readonly orphans: number;
  /** The resources and scopes sent before are not referred to any more. */
  readonly forget: boolean;
  readonly resources: readonly Entry<WireResource>[];
  readonly scopes: readonly Entry<InstrumentationScope>[];
}

/** What was lost since it was told last. */
export interface Losses {
  readonly dropped: number;
  readonly droppedOrphans: number;
}

export interface BatchMessage extends WireBatch, Losses {
  readonly type: 'batch';
}

export type RelayMessage =
  | Hello
  /** The relay has the port. */
  | { readonly type: 'ready' }
  | BatchMessage
  /** All attributes of a resource that was sent with some of them missing. */
  | { readonly type: 'resource'; readonly id: number; readonly attributes: Attributes }
  /** All that had ended when the flush was asked for has been sent. */
  | { readonly type: 'flushed'; readonly flush: number }
  /** Nothing more comes. */
  | ({ readonly type: 'bye' } & Losses);

/** A message of a relay on the receiver's channel, which the relays of all threads use. */
export interface Broadcast {
  readonly relay: string;
  readonly message: RelayMessage;
}

/** Hands a port to the thread of a relay. */
export interface PortHandover {
  /** The relay. */
  readonly otelSpanCacheRelay: string;
  readonly port: MessagePort;
}

export type ReceiverMessage =
  /** A batch was taken, which the relay waits for. */
  | { readonly type: 'room' }
  | ({ readonly type: 'demand' } & SpanDemand)
  | { readonly type: 'flush'; readonly flush: number };
