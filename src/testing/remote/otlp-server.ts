import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { assertLocal } from './local-request.js';
import { ElementBudget, TooManyElements } from './otlp/payload-limits.js';
import { encodingOf, type Encoding } from './otlp/encodings.js';
import { readLogs, readSpans } from './otlp/read-request.js';
import { LOGS_REQUEST, TRACE_REQUEST } from './otlp/schema.js';
import { ANSWER_HEADERS, lastAnswer, Rejection, rejectionOf, STATUS_CODES, type RejectionReason } from './rejection.js';
import type { RemoteRecords } from './remote-records.js';
import { readBody } from './request-body.js';
import { underWay, type Share } from './under-way.js';

const LOOPBACK = '127.0.0.1';

/** By path. A request is decoded completely before anything of it is kept. */
const SIGNALS: Readonly<Record<string, (records: RemoteRecords, decode: Decode) => void>> = {
  '/v1/traces': (records, decode) => records.addSpans(readSpans(decode(TRACE_REQUEST))),
  '/v1/logs': (records, decode) => records.addLogs(readLogs(decode(LOGS_REQUEST))),
};

type Decode = (message: typeof TRACE_REQUEST) => object;

export interface RequestLimits {
  readonly maxRequestBytes: number;
  readonly maxRequestElements: number;
}

/** Limits of all senders together, and how long they may take. */
export type ServerLimits = Readonly<typeof SERVER_LIMITS>;

/** Above what the services of one test need. */
const SERVER_LIMITS = {
  maxConnections: 512,
  maxRequestsUnderWay: 256,
  /** Bodies of all pending requests, as a multiple of `maxRequestBytes`. */
  maxLargestRequests: 4,
  headersMillis: 10_000,
  requestMillis: 30_000,
};

/**
 * The receiving end of OTLP over HTTP, on a free port of the loopback interface. Neither the server nor its connections
 * keep the process alive, so a test that forgets to close it still ends.
 */
export class OtlpServer {
  requests = 0;
  readonly rejected = Object.fromEntries(Object.keys(STATUS_CODES).map((reason) => [reason, 0])) as Record<RejectionReason, number>;
  lastRejection: string | undefined;
  readonly #records: RemoteRecords;
  readonly #limits: RequestLimits;
  readonly #enter: () => Share;
  readonly #server: Server;
  /** By connection: the response to its last request, which may be pending. */
  readonly #answers = new WeakMap<Duplex, ServerResponse>();
  /** Without a slash at the end. */
  url = '';
  #closing: Promise<void> | undefined;

  constructor(records: RemoteRecords, limits: RequestLimits, serverLimits: ServerLimits = SERVER_LIMITS) {
    this.#records = records;
    this.#limits = limits;
    const { maxRequestsUnderWay, maxLargestRequests } = serverLimits;
    this.#enter = underWay(maxRequestsUnderWay, maxLargestRequests * limits.maxRequestBytes);
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

  /** Ends the connections, those in the middle of a request, too. Idempotent. */
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
    server.on('drop', () => this.#turnDown(new Rejection('busy', `${maxConnections} connections are open already`)));
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
      // Reads and discards the rest of the body: a sender that is cut off does not see the answer.
      request.resume();
    }
  }

  /** @throws Rejection, or what decoding throws */
  async #take(request: IncomingMessage, encoding: Encoding | undefined): Promise<Encoding> {
    assertLocal(request.headers);
    const [path = ''] = (request.url ?? '').split('?', 1);
    const take = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
    if (take === undefined) throw new Rejection('wrong_path', 'only /v1/traces and /v1/logs are here');
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

  /** Closes a connection that cannot be read any further. */
  #giveUp(socket: Duplex, rejection: Rejection | undefined): void {
    const response = this.#answers.get(socket);
    const isInRequest = response !== undefined && !response.req.complete;
    const isAnswered = isInRequest && response.headersSent;
    if (rejection !== undefined && !isInRequest) this.#turnDown(rejection);
    if (rejection !== undefined && !isAnswered && socket.writable) socket.write(lastAnswer(rejection));
    // The reader of the request gets the rejection as its error, and counts it.
    if (isInRequest) response.req.destroy(rejection);
    socket.destroy();
  }

  #turnDown(rejection: Rejection): void {
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
