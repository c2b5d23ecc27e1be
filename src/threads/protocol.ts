import type { Attributes } from '@opentelemetry/api';
import type { SpanDemand } from '../fanout/demand.js';
import type { InstrumentationScope } from '../model/otel.js';
import type { Packed } from './wire/packed.js';
import type { Entry } from './wire/sent-table.js';

/*
 * What a relay and its receiver send each other: plain data that can be cloned.
 *
 *   relay                                    receiver
 *     │  hello, batch, batch …                   │     broadcast channel: until there is a port
 *     │ ───────────────────────────────────────▶ │
 *     │                  port (to the thread)    │
 *     │ ◀─────────────────────────────────────── │
 *     │  batch, batch …                          │     message port
 *     │ ───────────────────────────────────────▶ │
 *     │      demand, ack, ack, flush …           │
 *     │ ◀─────────────────────────────────────── │
 *     │  bye                                     │
 *     │ ───────────────────────────────────────▶ │
 *
 * A thread that ends without a `bye` has died: its port closes.
 */

/** Raised when a message changes in a way that the other side must know. */
export const PROTOCOL_VERSION = 1;

/** Where a receiver listens. Threads inherit it as environment data from the thread that creates them. */
export interface ReceiverAddress {
  readonly version: number;
  /** The thread of the receiver. */
  readonly threadId: number;
  /** The name of its broadcast channel, which no other receiver has. */
  readonly channel: string;
}

export interface Hello {
  readonly type: 'hello';
  readonly version: number;
  readonly threadId: number;
  readonly threadName: string | undefined;
  /** One number: how many spans are known in the thread, and not sent yet. Still readable when the thread has died. */
  readonly unsent: Int32Array;
}

export interface WireResource {
  readonly attributes: Attributes;
  readonly schemaUrl: string | undefined;
  /** More attributes follow, as `resource`. */
  readonly pending: boolean;
}

export interface WireBatch extends Packed {
  /** How many of each follow one another in the packed lists. */
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

/** All attributes of a resource that was sent with some of them missing. */
export interface SettledResource {
  readonly type: 'resource';
  readonly id: number;
  readonly attributes: Attributes;
}

/** All that had ended when the flush was asked for has been sent. */
export interface Flushed {
  readonly type: 'flushed';
  readonly flush: number;
}

/** Nothing more comes. */
export interface Bye extends Losses {
  readonly type: 'bye';
}

export type RelayMessage = Hello | BatchMessage | SettledResource | Flushed | Bye;

/** A message on the broadcast channel, which the relays of all threads use. */
export interface Broadcast {
  /** Which relay it is of. */
  readonly relay: string;
  readonly message: RelayMessage;
}

export type ReceiverMessage =
  | { readonly type: 'ack' }
  | ({ readonly type: 'demand' } & SpanDemand)
  | { readonly type: 'flush'; readonly flush: number };
