import { SpanCache } from 'otel-span-cache';
import { ServedConsole } from '../../src/host/served-console.js';
import { resolveOptions, type ConsoleOptions } from '../../src/options.js';
import { joinTokenOf } from '../../src/processes/join/join-protocol.js';

export interface ShownProcess {
  readonly origin: string;
  readonly service: string;
  readonly pid: number | null;
  readonly state: string;
  readonly received: number;
  readonly lost: number;
}

/** A console in this process, and questions to it. */
export class RunningConsole {
  readonly #served: ServedConsole;

  static async start(options: ConsoleOptions = {}): Promise<RunningConsole> {
    const resolved = resolveOptions({ port: 0, worker: false, announce: false, ...options });
    return new RunningConsole(await new ServedConsole(new SpanCache(), resolved, 'host').start());
  }

  constructor(served: ServedConsole) {
    this.#served = served;
  }

  get token(): string {
    return this.#served.token;
  }

  get port(): number {
    return this.#served.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#served.port}/`;
  }

  get otlpUrl(): string {
    return this.#served.otlpUrl!;
  }

  /** Options of `joinConsole()`. */
  get address(): { readonly url: string; readonly token: string } {
    return { url: this.url, token: joinTokenOf(this.token) };
  }

  async ask<T = Record<string, unknown>>(path: string): Promise<T> {
    return askConsole(this.url, this.token, path);
  }

  /** The processes other than the host. */
  async processes(): Promise<ShownProcess[]> {
    const { processes } = await this.ask<{ processes: ShownProcess[] }>('hello');
    return processes.filter(({ origin }) => origin !== 'host');
  }

  async received(): Promise<number> {
    const { coverage } = await this.ask<{ coverage: { received: number } }>('stats');
    return coverage.received;
  }

  async traces(): Promise<{ readonly name: string; readonly traceId: string; readonly spans: number }[]> {
    const { rows } = await this.ask<{ rows: { name: string; traceId: string; spans: number }[] }>('traces');
    return rows;
  }

  close(): Promise<void> {
    return this.#served.close();
  }
}

export async function askConsole<T>(url: string, token: string, path: string): Promise<T> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(new URL(`/api/v1/${path}`, url), { headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
