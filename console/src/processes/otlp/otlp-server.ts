import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OtlpSignal } from 'otel-span-cache/testing/remote';
import { HostNames } from '../../access/host-names.js';
import { closed, listen } from '../../http/listen.js';
import { Bodies, BodyError, type BodyProblem } from '../bodies.js';
import { answersFor, type OtlpAnswers } from './otlp-answers.js';
import type { OtlpIntake } from './otlp-intake.js';

const ADDRESSES = ['127.0.0.1', '::1'];

export const MAX_CONNECTIONS = 256;
const HEADERS_MILLIS = 10_000;
const REQUEST_MILLIS = 30_000;

export const BODY_LIMITS = { maxBytes: 16 * 2 ** 20, maxHeldBytes: 48 * 2 ** 20 };

const BODY_STATUS: Readonly<Record<BodyProblem, number>> = {
  'too large': 413,
  busy: 429,
  encoding: 415,
  'not compressed': 400,
};

const SIGNALS: Readonly<Record<string, OtlpSignal>> = { '/v1/traces': 'traces', '/v1/logs': 'logs' };

const METRICS = '/v1/metrics';

const HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  405: { Allow: 'POST' },
  // Exporters retry after this many seconds.
  429: { 'Retry-After': '1' },
};

/** Thrown for a request that is refused. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface OtlpServerStats {
  readonly requests: number;
  /** Refused requests by status; excess connections count as 503. */
  readonly refused: Readonly<Record<number, number>>;
  /** Requests that failed because of a bug of this package. */
  readonly faults: number;
}

/**
 * Receives spans and log records over OTLP/HTTP, as JSON or protobuf, on loopback, and without a token, because
 * exporters have none. It returns no data, and refuses pages in a browser.
 */
export class OtlpServer {
  readonly #intake: OtlpIntake;
  readonly #elapsed: () => number;
  readonly #unref: boolean;
  readonly #bodies = new Bodies(BODY_LIMITS);
  readonly #hosts = new HostNames();
  readonly #refused: Record<number, number> = {};
  #servers: readonly Server[] = [];
  #requests = 0;
  #faults = 0;
  #refusedRequests = 0;

  /** @param unref whether the process may end while the server runs */
  constructor(intake: OtlpIntake, elapsed: () => number, unref: boolean) {
    this.#intake = intake;
    this.#elapsed = elapsed;
    this.#unref = unref;
  }

  get port(): number {
    return (this.#servers[0]!.address() as AddressInfo).port;
  }

  stats(): OtlpServerStats {
    return { requests: this.#requests, refused: { ...this.#refused }, faults: this.#faults };
  }

  /** Number of refused requests that may have contained spans or log records. */
  get refusedRequests(): number {
    return this.#refusedRequests;
  }

  /** @throws Error if the port is taken, because exporters would try no other port */
  async listen(port: number): Promise<void> {
    try {
      const { servers } = await listen({ port, orNext: false, addresses: ADDRESSES }, () => this.#newServer());
      this.#servers = servers;
    } catch (error) {
      const { message } = ((error as Error).cause ?? error) as Error;
      throw new Error(`the console cannot take OTLP on port ${port}: ${message}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    const ended = Promise.all(this.#servers.map(closed));
    for (const server of this.#servers) server.closeAllConnections();
    await ended;
  }

  #newServer(): Server {
    const server = createServer(
      {
        headersTimeout: HEADERS_MILLIS,
        requestTimeout: REQUEST_MILLIS,
        connectionsCheckingInterval: 1_000,
        requireHostHeader: false,
      },
      (request, response) => void this.#answer(request, response),
    );
    server.maxConnections = MAX_CONNECTIONS;
    server.on('drop', () => this.#count(503, true));
    server.on('listening', () => server.on('error', () => this.#count(503, true)));
    if (this.#unref) {
      server.unref();
      server.on('connection', (socket) => socket.unref());
    }
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests++;
    response.on('error', () => {});
    const answers = answersFor(request.headers['content-type']);
    try {
      await this.#take(request, response, answers);
    } catch (error) {
      const status = this.#statusOf(error);
      // The connection is gone.
      if (status === undefined) response.destroy();
      else {
        this.#count(status, mayHaveSpans(request));
        send(response, status, answers, failure(answers, (error as Error).message));
        // Reads the rest of the body, because a sender that is cut off does not see the answer.
        request.resume();
      }
    }
  }

  /** @throws Refused, BodyError, TypeError or RangeError */
  async #take(request: IncomingMessage, response: ServerResponse, answers: OtlpAnswers | undefined): Promise<void> {
    const signal = this.#signalOf(request);
    if (answers === undefined)
      throw new Refused(415, 'The Content-Type must be application/x-protobuf or application/json.');
    const { contentType } = answers;
    const taken = await this.#bodies.read(request, (body) =>
      this.#intake.take(signal, contentType, body, this.#elapsed()),
    );
    send(response, 200, answers, answers.success(signal, taken?.rejected));
  }

  #signalOf({ method, url = '', headersDistinct }: IncomingMessage): OtlpSignal {
    const { host = [], origin, 'sec-fetch-site': site = [] } = headersDistinct;
    if (host.length !== 1 || !this.#hosts.allows(host[0]))
      throw new Refused(421, 'The Host must be localhost, 127.0.0.1 or [::1].');
    if (origin !== undefined || site.some((value) => value !== 'none'))
      throw new Refused(403, 'Pages in a browser cannot send spans to the console.');
    const [path = ''] = url.split('?', 1);
    if (path === METRICS)
      throw new Refused(404, 'The console takes no metrics: set OTEL_METRICS_EXPORTER=none where they come from.');
    const signal = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
    if (signal === undefined) throw new Refused(404, 'The path must be /v1/traces or /v1/logs.');
    if (method !== 'POST') throw new Refused(405, 'The method must be POST.');
    return signal;
  }

  /** Undefined for an error of the connection. */
  #statusOf(error: unknown): number | undefined {
    if (error instanceof Refused) return error.status;
    if (error instanceof BodyError) return BODY_STATUS[error.problem];
    if (error instanceof RangeError) return 413;
    if (error instanceof TypeError) return 400;
    const isOfConnection = (error as NodeJS.ErrnoException).code !== undefined;
    if (!isOfConnection) this.#faults++;
    return isOfConnection ? undefined : 500;
  }

  /** @param isLoss whether spans or log records may have been in it */
  #count(status: number, isLoss: boolean): void {
    this.#refused[status] = (this.#refused[status] ?? 0) + 1;
    if (isLoss) this.#refusedRequests++;
  }
}

/** Whether a request was meant to send spans or log records. */
function mayHaveSpans({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && url.split('?', 1)[0] !== METRICS;
}

function failure(answers: OtlpAnswers | undefined, message: string): Uint8Array {
  return answers?.failure(message) ?? Buffer.from(`${message}\n`);
}

function send(response: ServerResponse, status: number, answers: OtlpAnswers | undefined, body: Uint8Array): void {
  response.writeHead(status, {
    'Content-Type': answers?.contentType ?? 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    ...HEADERS[status],
  });
  response.end(body);
}
