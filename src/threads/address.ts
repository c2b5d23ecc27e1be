import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import { handleOf, type Handle } from '../support/handle.js';
import { PROTOCOL_VERSION, type ReceiverAddress } from './protocol.js';

/** Key of the address in Node's environment data, which threads inherit. */
const KEY = 'otel-span-cache.threads';

/** Makes a receiver known to the threads that this one creates until it is closed, and to their descendants. */
export function publishAddress(channel: string): Handle {
  const before = getEnvironmentData(KEY);
  const address: ReceiverAddress = { version: PROTOCOL_VERSION, threadId, channel };
  setEnvironmentData(KEY, address);
  return handleOf(() => {
    if ((getEnvironmentData(KEY) as unknown) === address) setEnvironmentData(KEY, before);
  });
}

/** The address of the receiver in the nearest ancestor thread that has one. */
export function inheritedAddress(): ReceiverAddress | undefined {
  const address = getEnvironmentData(KEY) as unknown as ReceiverAddress | undefined;
  // An address published by this very thread is meant for the threads that it creates.
  return address === undefined || address.threadId === threadId ? undefined : address;
}
