import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { assertLocal } from './local-request.js';
import { ElementBudget, TooManyElements } from './otlp/payload-limits.js';
import { inFlightLimit, type Share } from './in-flight-limit.js';
import { encodingOf, type Encoding } from './otlp/encodings.js';
import { readLogs, readSpans } from './otlp/read-request.js';
import { LOGS_REQUEST, TRACE_REQUEST } from './otlp/schema.js';
import { ANSWER_HEADERS, lastAnswer, Rejection, rejectionOf, STATUS_CODES, type RejectionReason } from './rejection.js';
import type { RemoteRecords } from './remote-records.js';
import { readBody } from './request-body.js';

export const LOOPBACK = '127.0.0.1';

/** Handlers by path. A request is decoded completely before any of its records is kept. */
const SIGNALS: Readonly<Record<string, (records: RemoteRecords, decode: Decode) => void>> = {
  '/v1/traces': (records, decode) => records.addSpans(readSpans(decode(TRACE_REQUEST))),
  '/v1/logs': (records, decode) => records.addLogs(readLogs(decode(LOGS_REQUEST))),
};

type Decode = (message: typeof TRACE_REQUEST) => object;

export interface RequestLimits {
  readonly maxRequestBytes: number;
  readonly maxRequestElements: number;
}

/** Limits that all senders share, and timeouts. */
export type ServerLimits = Readonly<typeof SERVER_LIMITS>;

/** More than the services of one test need. */
const SERVER_LIMITS = {
  maxConnections: 512,
  maxRequestsInFlight: 256,
  /** Limit for the bodies of all requests in flight, as a multiple of `maxRequestBytes`. */
  maxLargestRequests: 4,
  headersMillis: 10_000,
  requestMillis: 30_000,
};

/**
 * Receives OTLP/HTTP on a free port of the loopback interface. Neither the server nor its connections keep the
 * process alive, so a test that does not close it still ends.
 */
export class OtlpServer {
  requests = 0;
  readonly rejected = Object.fromEntries(Object.keys(STATUS_CODES).map((reason) => [reason, 0])) as Record<
    RejectionReason,
    number
  >;
  lastRejection: string | undefined;
  readonly #records: RemoteRecords;
  readonly #limits: RequestLimits;
  readonly #enter: () => Share;
  readonly #server: Server;
  /** Response to the last request of a connection, which may still be pending. */
  readonly #answers = new WeakMap<Duplex, ServerResponse>();
  /** Base URL without a trailing slash, set by `listen()`. */
  url = '';
  #closing: Promise<void> | undefined;

  constructor(records: RemoteRecords, limits: RequestLimits, serverLimits: ServerLimits = SERVER_LIMITS) {
    this.#records = records;
    this.#limits = limits;
    const { maxRequestsInFlight, maxLargestRequests } = serverLimits;
    this.#enter = inFlightLimit(maxRequestsInFlight, maxLargestRequests * limits.maxRequestBytes);
    this.#server = this.#newServer(serverLimits);
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, LOOPBACK, resolve);
    });
    this.#server.unref();
    this.url = `http://${LOOPBACK}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Stops the server and ends all connections, even during a request. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    return this.#closing;
  }

  #newServer({ maxConnections, headersMillis, requestMillis }: ServerLimits): Server {
    const timeouts = {
      headersTimeout: headersMillis,
      requestTimeout: requestMillis,
      connectionsCheckingInterval: Math.min(headersMillis, requestMillis) / 10,
    };
    const server = createServer(timeouts, (request, response) => void this.#answer(request, response));
    server.maxConnections = maxConnections;
    server.on('connection', (socket) => socket.unref());
    server.on('drop', () => this.#countUnread(new Rejection('busy', `${maxConnections} connections are open already`)));
    server.on('clientError', (error, socket) => this.#giveUp(socket, rejectionOf(error)));
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    this.#answers.set(request.socket, response);
    const encoding = encodingOf(request.headers['content-type']);
    try {
      const { contentType, success } = await this.#take(request, encoding);
      response.writeHead(200, { 'content-type': contentType });
      response.end(success);
    } catch (error) {
      const { reason, message } = this.#count(error);
      const contentType = encoding?.contentType ?? 'text/plain';
      response.writeHead(STATUS_CODES[reason], { 'content-type': contentType, ...ANSWER_HEADERS[reason] });
      response.end(encoding?.failure(message) ?? message);
      // Reads and discards the rest of the body, because a sender that is cut off does not see the answer.
      request.resume();
    }
  }

  /**
   * Decodes a request and keeps its records.
   *
   * @throws Rejection, MalformedPayload, TooManyElements, or an error of `JSON.parse()`
   */
  async #take(request: IncomingMessage, encoding: Encoding | undefined): Promise<Encoding> {
    assertLocal(request.headers);
    const [path = ''] = (request.url ?? '').split('?', 1);
    const take = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
    if (take === undefined) throw new Rejection('wrong_path', 'the path must be /v1/traces or /v1/logs');
    if (request.method !== 'POST') throw new Rejection('wrong_method', 'the method must be POST');
    if (encoding === undefined) {
      throw new Rejection('unsupported_media_type', 'content-type must be application/json or application/x-protobuf');
    }
    const share = this.#enter();
    try {
      const body = await readBody(request, this.#limits.maxRequestBytes, share);
      const budget = new ElementBudget(this.#limits.maxRequestElements);
      take(this.#records, (message) => encoding.decode(message, body, budget));
    } finally {
      share.leave();
    }
    return encoding;
  }

  /** Closes a connection after an error; answers first, unless a pending request has an answer. */
  #giveUp(socket: Duplex, rejection: Rejection | undefined): void {
    const response = this.#answers.get(socket);
    const isInRequest = response !== undefined && !response.req.complete;
    const isAnswered = isInRequest && response.headersSent;
    if (rejection !== undefined && !isInRequest) this.#countUnread(rejection);
    if (rejection !== undefined && !isAnswered && socket.writable) socket.write(lastAnswer(rejection));
    // Fails the read of the body, and `#answer()` counts the rejection.
    if (isInRequest) response.req.destroy(rejection);
    socket.destroy();
  }

  /** Counts a request that was rejected before it could be read. */
  #countUnread(rejection: Rejection): void {
    this.requests++;
    this.#count(rejection);
  }

  #count(error: unknown): Rejection {
    const reason = error instanceof TooManyElements ? 'too_large' : 'bad_payload';
    const rejection = error instanceof Rejection ? error : new Rejection(reason, (error as Error).message);
    this.rejected[rejection.reason]++;
    this.lastRejection = rejection.message;
    return rejection;
  }
}
