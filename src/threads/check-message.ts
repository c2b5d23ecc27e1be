import { MessagePort } from 'node:worker_threads';
import { isCount, isRecord } from '../support/option.js';
import { PROTOCOL_VERSION, type Hello, type PortHandover } from './protocol.js';
import type { ReceiverMessage, RelayMessage } from './protocol.js';
import { SharedCounts } from './shared-counts.js';
import { isLoss, must } from './wire/packed-batch.js';

/*
 * Any code in the process may post on these channels, so messages are not trusted. Each function validates a whole
 * message before any part of it is used; the packed items are validated one by one while they are read.
 */

type Unchecked = Readonly<Record<string, unknown>>;

/** Throws a TypeError for a message that lacks a part. */
type Check = (message: Unchecked) => unknown;

const checkFlush: Check = ({ flush }) => must(isCount(flush), 'a flush must have a number');

const OF_RELAY: Readonly<Record<Exclude<RelayMessage, Hello>['type'], Check>> = {
  ready: () => {},
  // `SpanUnpacker` checks the rest, before it reads any of it.
  batch: () => {},
  flushed: checkFlush,
  bye: ({ dropped, droppedOrphans }) => must(isLoss(dropped) && isLoss(droppedOrphans), 'losses must be counts'),
};

const OF_RECEIVER: Readonly<Record<ReceiverMessage['type'], Check>> = {
  room: () => {},
  demand: ({ spans, orphans }) => {
    must(typeof spans === 'boolean' && typeof orphans === 'boolean', 'a demand must have two booleans');
  },
  flush: checkFlush,
};

/** @throws TypeError if this is not a broadcast of a relay. The message inside is not checked. */
export function checkBroadcast(value: unknown): { readonly relay: string; readonly message: unknown } {
  const { relay, message } = members(value);
  must(typeof relay === 'string', 'a broadcast must have the id of its relay');
  return { relay, message };
}

/** @throws TypeError if this is not the first message of a relay of this version */
export function checkHello(value: unknown): Hello {
  const { type, version, threadId, threadName, counts } = members(value);
  must(type === 'hello', 'the first message must be a hello');
  must(version === PROTOCOL_VERSION, `a relay must use version ${PROTOCOL_VERSION} of the protocol`);
  must(isCount(threadId), 'a thread id must be a non-negative integer');
  must(threadName === undefined || typeof threadName === 'string', 'a thread name must be a string');
  must(SharedCounts.fit(counts), 'a relay must share its counts');
  return value as Hello;
}

/** @throws TypeError if this is not a message that a relay sends after its hello */
export function checkRelayMessage(value: unknown): Exclude<RelayMessage, Hello> {
  return checked(OF_RELAY, value) as Exclude<RelayMessage, Hello>;
}

/** Whether the relay counts this message as a batch in flight. */
export function isBatch(value: unknown): boolean {
  return isRecord(value) && value['type'] === 'batch';
}

/** @throws TypeError if this is not a message of a receiver */
export function checkReceiverMessage(value: unknown): ReceiverMessage {
  return checked(OF_RECEIVER, value) as ReceiverMessage;
}

/** Whether a message, possibly of the application, hands over the port of this relay. */
export function isPortHandover(value: unknown, relay: string): value is PortHandover {
  return isRecord(value) && value['otelSpanCacheRelay'] === relay && value['port'] instanceof MessagePort;
}

function checked(checks: Readonly<Record<string, Check>>, value: unknown): unknown {
  const message = members(value);
  const { type } = message;
  const check = typeof type === 'string' && Object.hasOwn(checks, type) ? checks[type] : undefined;
  if (check === undefined) throw new TypeError('a message must have a known type');
  check(message);
  return value;
}

function members(value: unknown): Unchecked {
  if (!isRecord(value)) throw new TypeError('a message must be an object');
  return value;
}
