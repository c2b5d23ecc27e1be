import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { SECURITY_HEADERS } from './security-headers.js';

/** Maximum number of connections, over all addresses. */
export const MAX_CONNECTIONS = 16;

/** Maximum number of connections from other processes, which are counted separately. */
export const MAX_BATCH_CONNECTIONS = 512;

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers must have at most 16 kB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'The headers must come within 10 s, the whole request within 15 s.',
  ],
};

const MALFORMED = ['400 Bad Request', 'The request must be one of HTTP/1.1.'] as const;
const TOO_MANY = [
  '503 Service Unavailable',
  `The console has ${MAX_CONNECTIONS} connections, and takes no more.`,
] as const;

/** The connections of a server that listens on several addresses. */
export class Connections {
  readonly #sockets = new Set<Socket>();
  readonly #ofProcesses = new Set<Socket>();
  #refused = 0;
  #malformed = 0;

  get open(): number {
    return this.#sockets.size;
  }

  stats(): { open: number; refused: number; malformed: number } {
    return { open: this.#sockets.size, refused: this.#refused, malformed: this.#malformed };
  }

  /** Watches the connections of one address. */
  watch(server: Server): void {
    // First, so that nothing is read from a refused connection.
    server.prependListener('connection', (socket: Socket) => this.#onConnection(socket));
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => this.#onClientError(error, socket));
  }

  closeAll(): void {
    for (const socket of [...this.#sockets, ...this.#ofProcesses]) socket.destroy();
  }

  /** Counts a connection as one of a process that sends spans, so that it takes no room from viewers. */
  isOfProcess(socket: Socket): void {
    if (this.#ofProcesses.size >= MAX_BATCH_CONNECTIONS || !this.#sockets.delete(socket)) return;
    this.#ofProcesses.add(socket);
    socket.once('close', () => this.#ofProcesses.delete(socket));
  }

  #onConnection(socket: Socket): void {
    socket.on('error', ignore);
    if (this.#sockets.size >= MAX_CONNECTIONS) {
      this.#refused++;
      refuse(socket, TOO_MANY);
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #onClientError({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
    this.#malformed++;
    if (socket.writable && code !== 'ECONNRESET') refuse(socket, REASONS[code] ?? MALFORMED);
    else socket.destroy();
  }
}

/** The socket is closing, so errors are irrelevant. */
function ignore(): void {}

/** Answers a connection without a request, and closes it at once. */
function refuse(socket: Socket, [status, error]: readonly [string, string]): void {
  const body = JSON.stringify({ error });
  const headers = {
    ...SECURITY_HEADERS,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
}
