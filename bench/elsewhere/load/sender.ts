import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { CONTENT_TYPES, type Encoding } from './encoding.js';
import { Template } from './template.js';

/** Outcome of sending. */
export interface Sent {
  readonly spans: number;
  /** Spans of requests that were not answered with 200, by the status or the error. */
  readonly refused: Readonly<Record<string, number>>;
  /** Until the last answer. */
  readonly millis: number;
}

/** Requests that wait for their answer at the same time, as of so many processes. */
const IN_FLIGHT = 4;
const SOCKETS = 32;
const TICK_MILLIS = 10;

/** Sends spans to a receiver. */
export class Sender {
  readonly #url: string;
  readonly #encoding: Encoding;
  readonly #template: Template;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });

  constructor(url: string, encoding: Encoding) {
    this.#url = url;
    this.#encoding = encoding;
    this.#template = new Template(encoding);
  }

  /** As fast as they are answered, so that no receiver is overrun. */
  async send(spans: number): Promise<Sent> {
    return this.#timed(async (refused) => {
      let left = this.#requestsOf(spans);
      const lane = async () => {
        while (left-- > 0) await this.#post(refused);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
      return spans;
    });
  }

  /** At a rate, whether they are answered or not, as exporters do. */
  async sendAtRate(spansPerSecond: number, seconds: number): Promise<Sent> {
    return this.#timed(async (refused) => {
      const began = performance.now();
      const total = this.#requestsOf(spansPerSecond * seconds);
      const answers: Promise<void>[] = [];
      while (answers.length < total) {
        const elapsed = (performance.now() - began) / 1_000;
        const due = Math.min(total, Math.ceil(this.#requestsOf(elapsed * spansPerSecond)));
        while (answers.length < due) answers.push(this.#post(refused));
        await delay(TICK_MILLIS);
      }
      await Promise.all(answers);
      return total * this.#template.spans;
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #requestsOf(spans: number): number {
    return Math.ceil(spans / this.#template.spans);
  }

  async #timed(send: (refused: Record<string, number>) => Promise<number>): Promise<Sent> {
    const refused: Record<string, number> = {};
    const began = performance.now();
    const spans = await send(refused);
    return { spans, refused, millis: performance.now() - began };
  }

  async #post(refused: Record<string, number>): Promise<void> {
    const outcome = await this.#outcomeOf(this.#template.next());
    if (outcome !== '200') refused[outcome] = (refused[outcome] ?? 0) + this.#template.spans;
  }

  async #outcomeOf(body: Buffer): Promise<string> {
    return new Promise((resolve) => {
      const headers = { 'content-type': CONTENT_TYPES[this.#encoding], 'content-length': body.length };
      const posted = request(this.#url, { method: 'POST', agent: this.#agent, headers }, (response) => {
        response.resume();
        response.on('close', () => resolve(String(response.statusCode)));
      });
      posted.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      posted.end(body);
    });
  }
}
