import type { RemoteReceiverOptions, RemoteScope, RemoteScopeOptions } from './contract.js';
import { startReceiver } from './loopback-receiver.js';
import { allOptions } from './options.js';

/**
 * Reads the spans and logs of another process in a test: of a service that knows nothing of it.
 *
 * ```ts
 * await using scope = await remoteScope();
 * const service = spawn('node', ['service.js'], { env: { ...process.env, ...scope.env } });
 * await fetch(url, { headers: { traceparent: scope.traceparent } });
 * const trace = await scope.waitForTrace({ root: 'POST /checkout' });
 * ```
 *
 * The scope has a receiver of its own, which stops when it is closed. For a service that runs through many tests
 * use `remoteReceiver()`.
 *
 * @throws TypeError or RangeError for a wrong option
 */
export async function remoteScope(options?: RemoteReceiverOptions & RemoteScopeOptions): Promise<RemoteScope> {
  const resolved = allOptions(options);
  const receiver = await startReceiver(resolved);
  return receiver.newScope(resolved, () => receiver.close());
}
