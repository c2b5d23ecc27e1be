import type {
  RemoteReceiver,
  RemoteReceiverOptions,
  RemoteReceiverStats,
  RemoteScope,
  RemoteScopeOptions,
} from './contract.js';
import { environmentFor, type OtlpProtocol } from './environment.js';
import { scopeOptions } from './options.js';
import { OtlpServer } from './otlp-server.js';
import { RemoteCaptureScope } from './remote-capture-scope.js';
import { RemoteRecords } from './remote-records.js';

/** @param options have been checked */
export async function startReceiver({
  protocol,
  maxRequestBytes,
  maxRequestElements,
  ...limits
}: Required<RemoteReceiverOptions>): Promise<LoopbackReceiver> {
  const records = new RemoteRecords(limits);
  const server = new OtlpServer(records, { maxRequestBytes, maxRequestElements });
  await server.listen();
  return new LoopbackReceiver(server, records, protocol);
}

export class LoopbackReceiver implements RemoteReceiver {
  readonly env: Readonly<Record<string, string>>;
  readonly #server: OtlpServer;
  readonly #records: RemoteRecords;
  #scopes = 0;

  constructor(server: OtlpServer, records: RemoteRecords, protocol: OtlpProtocol) {
    this.#server = server;
    this.#records = records;
    this.env = environmentFor(server.url, protocol);
  }

  get url(): string {
    return this.#server.url;
  }

  stats(): RemoteReceiverStats {
    const { requests, rejected, lastRejection } = this.#server;
    const { receivedSpans: spans, receivedLogs: logs, unowned } = this.#records;
    return Object.freeze({
      requests,
      rejected: Object.freeze({ ...rejected }),
      lastRejection,
      spans,
      logs,
      unownedLogs: unowned.logCount,
    });
  }

  openScope(options?: RemoteScopeOptions): RemoteScope {
    return this.newScope(scopeOptions(options), () => Promise.resolve());
  }

  /** @param onClose is called each time the scope is closed */
  newScope({ name, timeoutMillis }: Required<RemoteScopeOptions>, onClose: () => Promise<void>): RemoteScope {
    const number = ++this.#scopes;
    return new RemoteCaptureScope(name || `remote scope ${number}`, timeoutMillis, this, this.#records, onClose);
  }

  get closed(): boolean {
    return this.#server.closed;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
