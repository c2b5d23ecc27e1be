import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Load, ServiceKind } from './contract.js';

const AUTOCANNON = createRequire(import.meta.url).resolve('autocannon');
const CONNECTIONS = 32;

/** The result of one period of load, measured by the client and the service. */
export interface Bout extends Load {
  readonly requestsPerSecond: number;
  readonly latencyP99Millis: number;
  readonly cpuMicrosPerRequest: number;
}

/** The part of autocannon's output that is used here. */
interface LoadReport {
  readonly requests: { readonly average: number; readonly total: number };
  readonly latency: { readonly p99: number };
  readonly errors: number;
  readonly non2xx: number;
}

/** A service in a separate process. */
export class ServiceProcess {
  readonly #process: ChildProcess;
  readonly #port: Promise<unknown>;
  /** Rejects when the process ends. */
  readonly #ended: Promise<never>;

  constructor(kind: ServiceKind) {
    this.#process = fork(fileURLToPath(new URL('service.js', import.meta.url)), [kind], { execArgv: [] });
    this.#ended = once(this.#process, 'exit').then(([code]) => {
      throw new Error(`the service ended with code ${String(code)}`);
    });
    // Nothing awaits this after the service has been stopped.
    this.#ended.catch(() => {});
    this.#port = this.#nextMessage();
  }

  /** Sends as many requests as possible for some seconds, from another process. */
  async load(seconds: number): Promise<Bout> {
    const url = `http://127.0.0.1:${String(await this.#port)}/products`;
    await this.#ask();
    const args = [AUTOCANNON, '--json', '--connections', String(CONNECTIONS), '--duration', String(seconds), url];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const load = await this.#ask();
    const { requests, latency, errors, non2xx } = JSON.parse(stdout) as LoadReport;
    if (errors + non2xx > 0 || requests.total === 0) throw new Error('the service did not answer all requests');
    return {
      ...load,
      requestsPerSecond: requests.average,
      latencyP99Millis: latency.p99,
      cpuMicrosPerRequest: load.cpuMicros / requests.total,
    };
  }

  stop(): void {
    this.#process.disconnect();
  }

  async #ask(): Promise<Load> {
    const answer = this.#nextMessage();
    this.#process.send('load?');
    return (await answer) as Load;
  }

  /** @throws Error if the process ends first */
  #nextMessage(): Promise<unknown> {
    const message = new Promise((resolve) => this.#process.once('message', resolve));
    return Promise.race([message, this.#ended]);
  }
}
