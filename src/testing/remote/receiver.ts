import { isString, millisFrom, ofType, oneOf, positiveInteger, resolveOptions } from '../../support/option.js';
import type { OptionsOf } from '../../support/option.js';
import { checkArguments } from '../call-site.js';
import { SCOPE_LIMITS } from '../capture/scope-records.js';
import type { RemoteReceiver, RemoteReceiverOptions, RemoteReceiverStats } from './contract.js';
import type { RemoteScope, RemoteScopeOptions } from './contract.js';
import { environmentFor, type OtlpProtocol } from './environment.js';
import { LOOPBACK, OtlpServer } from './otlp-server.js';
import { RemoteCaptureScope } from './remote-capture-scope.js';
import { RemoteRecords } from './remote-records.js';

const RECEIVER_OPTIONS: OptionsOf<RemoteReceiverOptions> = {
  protocol: oneOf<OtlpProtocol>('http/protobuf', 'http/json'),
  maxRequestBytes: positiveInteger(16 * 2 ** 20),
  // Enough for ten thousand spans with twenty attributes each.
  maxRequestElements: positiveInteger(1_000_000),
  ...SCOPE_LIMITS,
  maxBytesPerScope: positiveInteger(256 * 2 ** 20),
  host: ofType("'127.0.0.1', so that only this machine can send", isString, LOOPBACK, (value) => value === LOOPBACK),
};

const SCOPE_OPTIONS: OptionsOf<RemoteScopeOptions> = {
  name: ofType('a string that is not empty', isString, '', (value) => value !== ''),
  timeoutMillis: millisFrom(0, 4_000),
};

/**
 * Starts a receiver of OTLP/HTTP, as JSON or protobuf, on a free port of the loopback interface. For a service
 * that runs through many tests, each of which opens a scope of its own.
 *
 * ```ts
 * const receiver = await remoteReceiver();
 * const service = spawn('node', ['service.js'], { env: { ...process.env, ...receiver.env } });
 * ```
 *
 * The receiver does not keep the process alive.
 *
 * @throws TypeError or RangeError for a wrong option
 */
export async function remoteReceiver(options?: RemoteReceiverOptions): Promise<RemoteReceiver> {
  return startReceiver(checkArguments(remoteReceiver, () => resolveOptions(RECEIVER_OPTIONS, options)));
}

/**
 * Opens a scope over the spans and log records of another process. That process needs no change, only the variables in
 * `env`.
 *
 * ```ts
 * await using scope = await remoteScope();
 * const service = spawn('node', ['service.js'], { env: { ...process.env, ...scope.env } });
 * await fetch(url, { headers: { traceparent: scope.traceparent } });
 * const trace = await scope.waitForTrace({ root: 'POST /checkout' });
 * ```
 *
 * The scope has its own receiver, which stops when the scope is closed. For a service that runs through many tests, use
 * `remoteReceiver()`.
 *
 * @throws TypeError or RangeError for a wrong option
 */
export async function remoteScope(options?: RemoteReceiverOptions & RemoteScopeOptions): Promise<RemoteScope> {
  const known = { ...RECEIVER_OPTIONS, ...SCOPE_OPTIONS };
  const resolved = checkArguments(remoteScope, () => resolveOptions(known, options));
  const receiver = await startReceiver(resolved);
  return receiver.newScope(resolved, () => receiver.close());
}

async function startReceiver(options: Required<RemoteReceiverOptions>): Promise<LoopbackReceiver> {
  const records = new RemoteRecords(options);
  const server = new OtlpServer(records, options);
  await server.listen();
  return new LoopbackReceiver(server, records, options.protocol);
}

class LoopbackReceiver implements RemoteReceiver {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #server: OtlpServer;
  readonly #records: RemoteRecords;
  #scopes = 0;

  constructor(server: OtlpServer, records: RemoteRecords, protocol: OtlpProtocol) {
    this.#server = server;
    this.#records = records;
    this.url = server.url;
    this.env = environmentFor(server.url, protocol);
  }

  get closed(): boolean {
    return this.#server.closed;
  }

  stats(): RemoteReceiverStats {
    const { requests, rejected, lastRejection } = this.#server;
    const { receivedSpans: spans, receivedLogs: logs, unowned } = this.#records;
    const copied = Object.freeze({ ...rejected });
    return Object.freeze({ requests, rejected: copied, lastRejection, spans, logs, unownedLogs: unowned.logCount });
  }

  openScope(options?: RemoteScopeOptions): RemoteScope {
    // oxlint-disable-next-line typescript/unbound-method
    const resolved = checkArguments(this.openScope, () => resolveOptions(SCOPE_OPTIONS, options));
    return this.newScope(resolved, () => Promise.resolve());
  }

  /**
   * @param name empty for the default
   * @param onClose is called each time the scope is closed
   */
  newScope({ name, timeoutMillis }: Required<RemoteScopeOptions>, onClose: () => Promise<void>): RemoteScope {
    this.#scopes++;
    return new RemoteCaptureScope(name || `remote scope ${this.#scopes}`, timeoutMillis, this, this.#records, onClose);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
