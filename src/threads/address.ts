import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import { handleOf, type Handle } from '../support/handle.js';
import { PROTOCOL_VERSION, type ReceiverAddress } from './protocol.js';

/** Under which the address is among what a thread inherits. */
const KEY = 'otel-span-cache.threads';

/** Has threads that are created from now on, here and further down, find a receiver. Closing takes it back. */
export function publishAddress(channel: string): Handle {
  const before = getEnvironmentData(KEY);
  const address: ReceiverAddress = { version: PROTOCOL_VERSION, threadId, channel };
  setEnvironmentData(KEY, address);
  return handleOf(() => {
    if ((getEnvironmentData(KEY) as unknown) === address) setEnvironmentData(KEY, before);
  });
}

/** Where a receiver listens in the thread that created this one, or further up: the nearest. */
export function inheritedAddress(): ReceiverAddress | undefined {
  const address = getEnvironmentData(KEY) as unknown as ReceiverAddress | undefined;
  // One of this very thread is for those it creates.
  return address === undefined || address.threadId === threadId ? undefined : address;
}
