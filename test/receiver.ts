import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request's path, and its body as text; of protobuf the names in it can still be read. */
export interface Request {
  readonly path: string;
  readonly body: string;
}

/** Stands in for any telemetry backend. Accepts and keeps everything. */
export class Receiver {
  readonly #server: Server;
  readonly #requests: Request[] = [];

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const sent = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
        this.#requests.push({ path: new URL(request.url!, this.url).pathname, body: body.toString() });
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  /** The bodies that came to a path since the last call of `clear()`. */
  bodiesOf(path: string): string[] {
    return this.#requests.filter((request) => request.path === path).map(({ body }) => body);
  }

  clear(): void {
    this.#requests.length = 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
