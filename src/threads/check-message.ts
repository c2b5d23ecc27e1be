import { MessagePort } from 'node:worker_threads';
import { isRecord } from '../support/option.js';
import { PROTOCOL_VERSION, type Hello, type PortHandover, type ReceiverMessage, type RelayMessage } from './protocol.js';
import { SharedCounts } from './shared-counts.js';
import { areItems, isCount } from './wire/packed.js';

/*
 * Messages come from another thread, and in a process anybody may post. Each of these functions looks at the whole of
 * a message, down to what is read one by one, so that nothing of it is used when some of it is wrong.
 */

/** The shared counts tell no larger difference from a negative one. */
const MAX_LOSS = 2 ** 31 - 1;

type Unchecked = Readonly<Record<string, unknown>>;

/** @throws TypeError for what no relay posts on the channel. The relay's own message is not looked at. */
export function checkBroadcast(value: unknown): { readonly relay: string; readonly message: unknown } {
  const { relay, message } = members(value);
  must(typeof relay === 'string', 'a message must say which relay it is of');
  return { relay, message };
}

/** @throws TypeError for what no relay of this version says first */
export function checkHello(value: unknown): Hello {
  const { type, version, threadId, threadName, counts } = members(value);
  must(type === 'hello', 'the first message must be a hello');
  must(version === PROTOCOL_VERSION, `a relay must have version ${PROTOCOL_VERSION} of the protocol`);
  must(isCount(threadId), 'a thread must have a number');
  must(threadName === undefined || typeof threadName === 'string', 'the name of a thread must be a string');
  must(SharedCounts.fit(counts), 'a relay must share its counts');
  return value as Hello;
}

/** @throws TypeError for what no relay says after its hello */
export function checkRelayMessage(value: unknown): Exclude<RelayMessage, Hello> {
  const message = members(value);
  switch (message['type']) {
    case 'ready':
      break;
    case 'batch':
      checkLosses(message);
      checkBatch(message);
      break;
    case 'resource':
      must(isCount(message['id']) && isRecord(message['attributes']), 'a resource must have attributes');
      break;
    case 'flushed':
      must(isCount(message['flush']), 'a flush must have a number');
      break;
    case 'bye':
      checkLosses(message);
      break;
    default:
      throw new TypeError('a message must be of a known type');
  }
  return value as Exclude<RelayMessage, Hello>;
}

/** Whether a relay may have counted it among the batches it has sent. */
export function isBatch(value: unknown): boolean {
  return isRecord(value) && value['type'] === 'batch';
}

/** @throws TypeError for what no receiver says */
export function checkReceiverMessage(value: unknown): ReceiverMessage {
  const message = members(value);
  switch (message['type']) {
    case 'room':
      break;
    case 'demand':
      must(typeof message['spans'] === 'boolean' && typeof message['orphans'] === 'boolean', 'a demand must say what is wanted');
      break;
    case 'flush':
      must(isCount(message['flush']), 'a flush must have a number');
      break;
    default:
      throw new TypeError('a message must be of a known type');
  }
  return value as ReceiverMessage;
}

/** Whether a message from any part of the application hands over the port of this relay. */
export function isPortHandover(value: unknown, relay: string): value is PortHandover {
  return isRecord(value) && value['otelSpanCacheRelay'] === relay && value['port'] instanceof MessagePort;
}

function checkLosses({ dropped, droppedOrphans }: Unchecked): void {
  must(isLoss(dropped) && isLoss(droppedOrphans), 'losses must be counts');
}

function isLoss(value: unknown): boolean {
  return isCount(value) && value <= MAX_LOSS;
}

function checkBatch({ spans, orphans, forget, resources, scopes, numbers, strings, values }: Unchecked): void {
  must(isCount(spans) && isCount(orphans), 'a batch must say how much is in it');
  must(typeof forget === 'boolean', 'a batch must say what to forget');
  must(areEntries(resources, isResource), 'the resources of a batch must be complete');
  must(areEntries(scopes, isScope), 'the scopes of a batch must be complete');
  must(Array.isArray(strings) && Array.isArray(values), 'a batch must have strings and values');
  const whole = numbers instanceof Float64Array && areItems(numbers, spans + orphans);
  must(whole, 'a batch must have its spans and orphans and nothing else');
}

function isResource({ attributes, schemaUrl, pending }: Unchecked): boolean {
  return isRecord(attributes) && isTextOrNone(schemaUrl) && typeof pending === 'boolean';
}

function isScope({ name, version, schemaUrl }: Unchecked): boolean {
  return typeof name === 'string' && isTextOrNone(version) && isTextOrNone(schemaUrl);
}

function areEntries(entries: unknown, isValue: (value: Unchecked) => boolean): boolean {
  const isEntry = (entry: unknown) => isRecord(entry) && isCount(entry['id']) && isRecord(entry['value']) && isValue(entry['value']);
  return Array.isArray(entries) && entries.every(isEntry);
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function members(value: unknown): Unchecked {
  if (!isRecord(value)) throw new TypeError('a message must be an object');
  return value;
}

function must(met: boolean, requirement: string): asserts met {
  if (!met) throw new TypeError(requirement);
}
