import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodingOf, type Encoding } from './otlp/encodings.js';
import { readLogs, readSpans } from './otlp/read-request.js';
import { LOGS_REQUEST, TRACE_REQUEST } from './otlp/schema.js';
import { Rejection, STATUS_CODES, type RejectionReason } from './rejection.js';
import type { RemoteRecords } from './remote-records.js';
import { readBody } from './request-body.js';

/** Nobody but processes on this machine. */
const LOOPBACK = '127.0.0.1';

/** What each path takes in. Everything is decoded before anything is taken: a bad request leaves no trace. */
const SIGNALS: Readonly<Record<string, (records: RemoteRecords, decode: Decode) => void>> = {
  '/v1/traces': (records, decode) => records.addSpans(readSpans(decode(TRACE_REQUEST))),
  '/v1/logs': (records, decode) => records.addLogs(readLogs(decode(LOGS_REQUEST))),
};

type Decode = (message: typeof TRACE_REQUEST) => object;

/**
 * The receiving end of OTLP over HTTP, on a free port of the loopback interface.
 *
 * Neither the server nor its connections keep the process alive: a test that forgets to close it still ends.
 */
export class OtlpServer {
  /** Requests that came in, the rejected ones included. */
  requests = 0;
  readonly rejected: Record<RejectionReason, number> = {
    wrong_path: 0,
    wrong_method: 0,
    unsupported_media_type: 0,
    too_large: 0,
    bad_payload: 0,
  };
  lastRejection: string | undefined;
  readonly #records: RemoteRecords;
  readonly #maxRequestBytes: number;
  readonly #server: Server;
  #url = '';
  #closed: Promise<void> | undefined;

  constructor(records: RemoteRecords, maxRequestBytes: number) {
    this.#records = records;
    this.#maxRequestBytes = maxRequestBytes;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on('connection', (socket) => socket.unref());
  }

  /** Without a slash at the end. */
  get url(): string {
    return this.#url;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, LOOPBACK, resolve);
    });
    this.#server.unref();
    this.#url = `http://${LOOPBACK}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends the connections, those in the middle of a request, too. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    return this.#closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    const encoding = encodingOf(request.headers['content-type']);
    try {
      const { contentType, success } = await this.#take(request, encoding);
      response.writeHead(200, { 'content-type': contentType });
      response.end(success);
    } catch (error) {
      const { reason, message } = this.#count(error);
      response.writeHead(STATUS_CODES[reason], {
        'content-type': encoding?.contentType ?? 'text/plain',
        ...(reason === 'wrong_method' ? { allow: 'POST' } : {}),
      });
      response.end(encoding?.failure(message) ?? message);
      // What is left of the body is thrown away: a sender that is cut off in the middle does not see the answer.
      request.resume();
    }
  }

  /** @throws Rejection, or what decoding throws */
  async #take(request: IncomingMessage, encoding: Encoding | undefined): Promise<Encoding> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const take = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
    if (take === undefined) throw new Rejection('wrong_path', 'only /v1/traces and /v1/logs are here');
    if (request.method !== 'POST') throw new Rejection('wrong_method', 'the method must be POST');
    if (encoding === undefined) {
      throw new Rejection(
        'unsupported_media_type',
        'content-type must be application/json or application/x-protobuf',
      );
    }
    const body = await readBody(request, this.#maxRequestBytes);
    take(this.#records, (message) => encoding.decode(message, body));
    return encoding;
  }

  #count(error: unknown): Rejection {
    const rejection = error instanceof Rejection ? error : new Rejection('bad_payload', (error as Error).message);
    this.rejected[rejection.reason]++;
    this.lastRejection = rejection.message;
    return rejection;
  }
}
