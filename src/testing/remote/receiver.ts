import { millisFrom, oneOf, positiveInteger, resolveOptions, type OptionsOf } from '../../support/option.js';
import { SCOPE_LIMITS } from '../capture/scope-records.js';
import type { RemoteReceiver, RemoteReceiverOptions, RemoteReceiverStats } from './contract.js';
import type { RemoteScope, RemoteScopeOptions } from './contract.js';
import { environmentFor, type OtlpProtocol } from './environment.js';
import { OtlpServer } from './otlp-server.js';
import { RemoteCaptureScope } from './remote-capture-scope.js';
import { RemoteRecords } from './remote-records.js';

const RECEIVER_OPTIONS: OptionsOf<RemoteReceiverOptions> = {
  protocol: oneOf<OtlpProtocol>('http/protobuf', 'http/json'),
  maxRequestBytes: positiveInteger(16 * 2 ** 20),
  // Ten thousand spans of twenty attributes each.
  maxRequestElements: positiveInteger(1_000_000),
  ...SCOPE_LIMITS,
  maxBytesPerScope: positiveInteger(256 * 2 ** 20),
  host: {
    fallback: '127.0.0.1',
    expected: "'127.0.0.1', so that only this machine can send",
    type: (value) => typeof value === 'string',
    inRange: (value) => value === '127.0.0.1',
  },
};

const SCOPE_OPTIONS: OptionsOf<RemoteScopeOptions> = {
  name: {
    fallback: '',
    expected: 'a string that is not empty',
    type: (value) => typeof value === 'string',
    inRange: (value) => value !== '',
  },
  timeoutMillis: millisFrom(0, 4_000),
};

/**
 * Starts to receive OTLP over HTTP, as JSON or protobuf, on a free port of the loopback interface. For a service that
 * runs through many tests, each with a scope of its own.
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
  return startReceiver(resolveOptions(RECEIVER_OPTIONS, options));
}

/**
 * Reads the spans and logs of another process in a test. The process needs no change.
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
  const resolved = resolveOptions({ ...RECEIVER_OPTIONS, ...SCOPE_OPTIONS }, options);
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
    return this.newScope(resolveOptions(SCOPE_OPTIONS, options), () => Promise.resolve());
  }

  /**
   * @param name empty if it was left out
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
