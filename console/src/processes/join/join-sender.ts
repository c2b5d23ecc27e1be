import { randomBytes } from 'node:crypto';
import { Agent, request, type ClientRequest } from 'node:http';
import { pid } from 'node:process';
import { untraced } from 'otel-span-cache';
import { clearTimeout, setTimeout } from '../../host/timers.js';
import { pidSpace } from '../process-identity.js';
import type { JoinAddress } from './find-console.js';
import { BATCH_TYPE, HEADERS } from './join-protocol.js';

const ANSWER_MILLIS = 5_000;

/** Status of the console's answer to a batch, or undefined if none came. */
export type Answer = number | undefined;

/**
 * Sends batches to a console, one at a time, over one connection. It keeps the process alive only while `isUrgent` is
 * set.
 */
export class JoinSender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #headers: Readonly<Record<string, string>>;
  #request: ClientRequest | undefined;
  #isUrgent = false;

  constructor(service: string) {
    this.#headers = {
      'Content-Type': BATCH_TYPE,
      [HEADERS.process]: randomBytes(16).toString('hex'),
      [HEADERS.pid]: String(pid),
      [HEADERS.pidSpace]: encodeURIComponent(pidSpace()),
      [HEADERS.service]: encodeURIComponent(wellFormed(service.slice(0, 256))),
    };
  }

  /** Whether to keep the process alive until the answer has arrived. Set at the end of the process. */
  set isUrgent(isUrgent: boolean) {
    this.#isUrgent = isUrgent;
    const socket = this.#request?.socket;
    if (isUrgent) socket?.ref();
    else socket?.unref();
  }

  /** Never rejects, and never takes longer than 5 s. */
  async send({ url, token }: JoinAddress, sequence: number, isLast: boolean, body: Uint8Array): Promise<Answer> {
    const headers = {
      ...this.#headers,
      Authorization: `Bearer ${token}`,
      [HEADERS.sequence]: String(sequence),
      ...(isLast && { [HEADERS.last]: '1' }),
      'Content-Length': String(body.length),
    };
    return untraced(
      () =>
        new Promise<Answer>((resolve) => {
          const sent = request(url, { method: 'POST', agent: this.#agent, headers });
          const timer = setTimeout(() => sent.destroy(), ANSWER_MILLIS).unref();
          let answer: Answer;
          this.#request = sent;
          sent.on('socket', (socket) => (this.#isUrgent ? socket.ref() : socket.unref()));
          sent.on('response', (response) => {
            answer = response.statusCode;
            response.resume();
          });
          sent.on('error', () => {});
          sent.once('close', () => {
            clearTimeout(timer);
            if (this.#request === sent) this.#request = undefined;
            resolve(answer);
          });
          sent.end(body);
        }),
    );
  }

  close(): void {
    this.#request?.destroy();
    this.#agent.destroy();
  }
}

/** Replaces lone surrogates, which have no percent-encoding. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
