import { BlockList } from 'node:net';
import type { BroadcastChannel } from 'node:worker_threads';

/**
 * Posts a message that cannot be deserialized, until disposed of: an object of one of Node's own classes whose
 * deserialization fails.
 */
export function postUnreadable(channel: BroadcastChannel): Disposable {
  const proto = BlockList.prototype as unknown as Record<symbol, unknown>;
  const key = Object.getOwnPropertySymbols(proto).find(({ description }) => description!.includes('deserialize'))!;
  const { [key]: deserialize } = proto;
  proto[key] = () => {
    throw new Error('cannot be deserialized');
  };
  channel.postMessage(new BlockList());
  return { [Symbol.dispose]: () => void (proto[key] = deserialize) };
}
