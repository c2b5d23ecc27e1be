import type { RemoteReceiver, RemoteReceiverOptions } from './contract.js';
import { startReceiver } from './loopback-receiver.js';
import { receiverOptions } from './options.js';

/**
 * Starts to receive OTLP over HTTP, as JSON or protobuf, on a free port of the loopback interface: for a service
 * that runs through many tests, each with a scope of its own.
 *
 * ```ts
 * const receiver = await remoteReceiver();
 * const service = spawn('node', ['service.js'], { env: { ...process.env, ...receiver.env } });
 * ```
 *
 * It does not keep the process alive.
 *
 * @throws TypeError or RangeError for a wrong option
 */
export async function remoteReceiver(options?: RemoteReceiverOptions): Promise<RemoteReceiver> {
  return startReceiver(receiverOptions(options));
}
