import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { BatchRoute } from './batch-route.js';
import { Connections } from './connections.js';
import { Failures } from './failures.js';
import { Guard, pathOf } from './guard.js';
import { HostNames, isLoopback } from '../access/host-names.js';
import { closed, listen } from './listen.js';
import type { Refusal } from './refusal.js';
import type { Responder, ResponderContext } from './responder.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { Tokens, type TokenOptions } from './tokens.js';

export interface ServerOptions extends TokenOptions {
  /** Default: 4380. 0: any free port. */
  readonly port?: number;
  /** Whether to use the next free port if `port` is taken. Default: true. */
  readonly orNext?: boolean;
  /** Address to listen on. Default: 127.0.0.1 and ::1. One that other machines can reach needs `allowedHosts`. */
  readonly host?: string | undefined;
  /** Host names by which the console may be addressed, besides the names of loopback. Without a port. */
  readonly allowedHosts?: readonly string[];
  /** Whether the process may end while the server runs: neither servers nor connections keep it alive. */
  readonly unref?: boolean;
  /** Receives spans of other processes. */
  readonly batches?: BatchRoute;
}

export interface ServerStats {
  /**
   * Connections open now, connections refused because 16 were open, and connections that sent something other than
   * HTTP.
   */
  readonly connections: { readonly open: number; readonly refused: number; readonly malformed: number };
  readonly streams: number;
  /** Bytes that clients of streams have not read yet. */
  readonly held: number;
  /** Ended streams that may still be resumed. */
  readonly resumable: number;
  /** Requests that the guard refused. */
  readonly refused: number;
  /** Connections that could not be accepted, for instance for lack of file descriptors. */
  readonly acceptErrors: number;
  /** Errors other than refusals: bugs of this package. */
  readonly faults: number;
}

export interface RunningServer {
  readonly port: number;
  /** Without a token. */
  readonly url: string;
  /** Ends every connection and stream. Idempotent. */
  close(): Promise<void>;
  stats(): ServerStats;
}

function elapsed(): number {
  return performance.now();
}

const DEFAULT_PORT = 4380;

const LOOPBACK = ['127.0.0.1', '::1'];

/** Hosts that stand for all addresses of this machine, each with its loopback address. */
const ALL_ADDRESSES: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1', '[::]': '::1' };

const HEADERS_MILLIS = 10_000;
const REQUEST_MILLIS = 15_000;
const KEEP_ALIVE_MILLIS = 5_000;
/** Time after which a connection without traffic is closed, even if its client is alive but does not read. */
const SILENT_MILLIS = 120_000;
const MAX_HEADER_BYTES = 16_384;

/** Makes the responder. Called once, at the first request that the guard lets pass. */
export type LoadResponder = (context: ResponderContext) => Promise<Responder>;

/**
 * Serves the API, live streams and the page, on loopback unless `host` is another address.
 *
 * Connections are limited and requests are checked from the first byte. The code that answers is loaded at the first
 * request that passes, so that a console that nobody looks at costs little.
 *
 * @throws {TypeError} for a wrong option
 * @throws {Error} if no port is free
 */
export async function startServer(load: LoadResponder, options: ServerOptions): Promise<RunningServer> {
  const server = new ConsoleServer(load, options);
  await server.start();
  return server;
}

class ConsoleServer implements RunningServer {
  readonly #options: ServerOptions;
  readonly #guard: Guard;
  readonly #connections = new Connections();
  readonly #load: LoadResponder;
  /** Kept after a failure: Node.js caches a failed import, so a retry in this thread would fail again. */
  #loading: Promise<Responder | Refusal> | undefined;
  #responder: Responder | undefined;
  #servers: readonly Server[] = [];
  #port = 0;
  #refused = 0;
  #acceptErrors = 0;
  #faults = 0;
  #closing: Promise<void> | undefined;

  constructor(load: LoadResponder, options: ServerOptions) {
    checkHost(options);
    this.#load = load;
    this.#options = options;
    this.#guard = new Guard({
      hosts: new HostNames(options.allowedHosts),
      tokens: new Tokens(options),
      failures: new Failures(),
      elapsed,
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Has a loopback address if the host stands for all addresses: the console refuses `0.0.0.0` as a `Host`. */
  get url(): string {
    const { host = '127.0.0.1' } = this.#options;
    const named = ALL_ADDRESSES[host] ?? host;
    return `http://${named.includes(':') && !named.startsWith('[') ? `[${named}]` : named}:${this.#port}/`;
  }

  async start(): Promise<void> {
    const { host, port = DEFAULT_PORT, orNext = true } = this.#options;
    const addresses = host === undefined ? LOOPBACK : [host.replace(/^\[(.*)\]$/, '$1')];
    const listening = await listen({ port, orNext, addresses }, () => this.#newServer());
    this.#port = listening.port;
    this.#servers = listening.servers;
  }

  stats(): ServerStats {
    const live = this.#responder?.live;
    return {
      connections: this.#connections.stats(),
      streams: live?.counts().streams ?? 0,
      held: live?.held ?? 0,
      resumable: live?.resumable ?? 0,
      refused: this.#refused,
      acceptErrors: this.#acceptErrors,
      faults: this.#faults,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#responder?.live.close();
    const ended = Promise.all(this.#servers.map(closed));
    this.#connections.closeAll();
    await ended;
  }

  /** The responder, or the reason why it did not load. */
  async #loaded(): Promise<Responder | Refusal> {
    try {
      this.#responder = await this.#load({ guard: this.#guard, elapsed, onFault: () => this.#faults++ });
      return this.#responder;
    } catch (error) {
      this.#faults++;
      return notLoaded(error);
    }
  }

  #newServer(): Server {
    const server = createServer(
      {
        headersTimeout: HEADERS_MILLIS,
        requestTimeout: REQUEST_MILLIS,
        keepAliveTimeout: KEEP_ALIVE_MILLIS,
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: MAX_HEADER_BYTES,
        // A request without a Host gets the same answer as one with a wrong Host.
        requireHostHeader: false,
        noDelay: true,
      },
      (incoming, outgoing) => void this.#onRequest(incoming, outgoing),
    );
    // Without these listeners, Node would answer an `Expect` header before the guard has seen the request.
    server.on('checkContinue', (incoming, outgoing) => void this.#onRequest(incoming, outgoing));
    server.on('checkExpectation', (incoming, outgoing) => void this.#onRequest(incoming, outgoing));
    server.timeout = SILENT_MILLIS;
    server.on('listening', () => server.on('error', () => this.#acceptErrors++));
    this.#connections.watch(server);
    if (this.#options.unref === true) {
      server.unref();
      server.on('connection', (socket) => socket.unref());
    }
    return server;
  }

  async #onRequest(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.on('error', ignore);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) outgoing.setHeader(name, value);
    const { batches } = this.#options;
    if (batches !== undefined && pathOf(incoming) === batches.path) {
      await this.#onBatch(batches, incoming, outgoing);
      return;
    }
    const admitted = this.#guard.admit(incoming);
    if ('status' in admitted) {
      this.#refused++;
      refuse(outgoing, admitted);
      return;
    }
    const responder = this.#responder ?? (await (this.#loading ??= this.#loaded()));
    // The client may have gone meanwhile.
    if (outgoing.destroyed) return;
    if ('status' in responder) {
      refuse(outgoing, responder);
      return;
    }
    if (incoming.headers.expect !== undefined) outgoing.writeContinue();
    try {
      await responder.answer(incoming, outgoing, admitted.role);
    } catch {
      this.#faults++;
      outgoing.destroy();
    }
  }

  async #onBatch(batches: BatchRoute, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const refusal = this.#guard.admitBatch(incoming);
    if (refusal !== undefined) {
      this.#refused++;
      refuse(outgoing, refusal);
      return;
    }
    this.#connections.isOfProcess(incoming.socket);
    await batches.answer(incoming, outgoing);
  }
}

/** The connection is closing, so errors are irrelevant. */
function ignore(): void {}

function checkHost({ host, allowedHosts = [] }: ServerOptions): void {
  if (!isLoopback(host) && allowedHosts.length === 0)
    throw new TypeError(
      `allowedHosts must name the hosts by which the console may be addressed, because host is ${JSON.stringify(host)}`,
    );
}

/** Shows only the error's code: its message contains paths, and the page is served without a token. */
function notLoaded(error: unknown): Refusal {
  const { code = 'no code' } = error as NodeJS.ErrnoException;
  return { status: 500, error: `The console could not load its own code (${code}): start the service again.` };
}

/** Answers with a refusal, and closes the connection without reading the rest of the body. */
function refuse(outgoing: ServerResponse, { status, error, headers }: Refusal): void {
  const body = JSON.stringify({ error });
  outgoing.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  });
  outgoing.end(body);
}
