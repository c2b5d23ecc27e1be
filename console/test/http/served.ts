import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Responder, type ResponderOptions } from '../../src/http/responder.js';
import { startServer, type LoadResponder, type RunningServer, type ServerOptions } from '../../src/http/server.js';
import type { Frame } from '../../src/api/schemas.js';
import { testConsole, type TestConsole } from '../api/test-console.js';

export const TOKEN = 'control-0123456789abcdefghijklmnopqrstuvwxyz';
export const VIEW_TOKEN = 'view-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
  readonly address?: string;
}

export interface Served extends TestConsole {
  readonly server: RunningServer;
  readonly port: number;
  /** With the token of control, unless the headers have another one. */
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** Without a token. */
  askPlain(path: string, asked?: Asked): Promise<Answer>;
  /** Writes bytes, and resolves with everything that came back when the connection has closed. */
  raw(bytes: string | Uint8Array, patienceMillis?: number): Promise<string>;
  socket(): Promise<Socket>;
  live(parameters: string, headers?: Record<string, string>): Promise<LiveClient>;
  /** Everything is ended after the test. */
  close(): Promise<void>;
}

const running: Served[] = [];

/** Loads the responder of a console, as a server does at its first request. */
export function answering({ api }: TestConsole, options: ResponderOptions = {}): LoadResponder {
  return async (context) => Responder.create(api, context, options);
}

export async function closeServed(): Promise<void> {
  await Promise.all(running.splice(0).map((served) => served.close()));
}

export async function serve(
  { mount, pageFolder, load, ...options }: Partial<ServerOptions> & ResponderOptions & { load?: LoadResponder } = {},
  console: TestConsole = testConsole(),
): Promise<Served> {
  const loadResponder = load ?? answering(console, { mount, pageFolder });
  const server = await startServer(loadResponder, { port: 0, token: TOKEN, viewToken: VIEW_TOKEN, ...options });
  const { port } = server;
  const sockets = new Set<Socket>();
  const socket = async () => {
    const opened = connect(port, '127.0.0.1');
    opened.on('error', () => {});
    sockets.add(opened);
    await new Promise<void>((resolve) => opened.once('connect', () => resolve()));
    return opened;
  };
  const clients = new Set<LiveClient>();
  const served: Served = {
    ...console,
    server,
    port,
    socket,
    ask: (path, asked = {}) => ask(port, path, { ...asked, headers: { ...AUTHORIZATION, ...asked.headers } }),
    askPlain: (path, asked) => ask(port, path, asked),
    raw: async (bytes, patienceMillis = 5_000) => everythingFrom(await socket(), bytes, patienceMillis),
    live: async (parameters, headers = {}) => {
      const client = await LiveClient.open(port, parameters, { ...AUTHORIZATION, ...headers });
      clients.add(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.close();
      for (const opened of sockets) opened.destroy();
      await server.close();
    },
  };
  running.push(served);
  return served;
}

function ask(port: number, path: string, { method = 'GET', headers = {}, body, address }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const options = {
      port,
      host: address ?? '127.0.0.1',
      path,
      method,
      headers: { ...json, ...headers },
      agent: false,
    };
    const asked = request(options, (response) => {
      textOf(response).then((text) => {
        const { statusCode = 0 } = response;
        const isJson = response.headers['content-type']?.startsWith('application/json') && text !== '';
        const parsed = isJson === true ? (JSON.parse(text) as Record<string, unknown>) : {};
        resolve({ status: statusCode, headers: response.headers, text, json: parsed });
      }, reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function everythingFrom(socket: Socket, bytes: string | Uint8Array, patienceMillis: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => socket.destroy(), patienceMillis);
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
    socket.write(bytes);
  });
}

/** A client of a live stream that reads, or stops reading. */
export class LiveClient {
  readonly frames: Frame[] = [];
  readonly response: IncomingMessage;
  ended = false;
  #text = '';
  readonly #listeners = new Set<() => void>();

  static open(port: number, parameters: string, headers: Record<string, string>): Promise<LiveClient> {
    return new Promise((resolve, reject) => {
      const options = { port, host: '127.0.0.1', path: `/api/v1/live?${parameters}`, headers, agent: false };
      request(options, (response) => resolve(new LiveClient(response)))
        .on('error', reject)
        .end();
    });
  }

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.on('error', () => {});
    response.on('close', () => {
      this.ended = true;
      this.#tell();
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  /** Received text other than frames: the body of a refusal. */
  get rest(): string {
    return this.#text;
  }

  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.response.destroy();
  }

  /** Resolves when a condition holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.ended) throw new Error(`the stream ended after ${JSON.stringify(this.frames.map(({ type }) => type))}`);
      await new Promise<void>((resolve) => {
        const listener = (): void => {
          this.#listeners.delete(listener);
          resolve();
        };
        this.#listeners.add(listener);
      });
    }
  }

  async frame(matches: (frame: Frame) => boolean): Promise<Frame> {
    await this.until(() => this.frames.some(matches));
    return this.frames.find(matches)!;
  }

  async end(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => this.#listeners.add(resolve));
  }

  #take(text: string): void {
    this.#text += text;
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) break;
      const event = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) this.frames.push(JSON.parse(data) as Frame);
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Waits until something holds, for at most some seconds. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string,
  millis = 45_000,
): Promise<void> {
  const deadline = performance.now() + millis;
  for (let pause = 1; !(await holds()); pause = Math.min(2 * pause, 20)) {
    if (performance.now() > deadline) throw new Error(`it did not come true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
