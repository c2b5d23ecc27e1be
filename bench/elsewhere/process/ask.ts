import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A request. `fetch` would not send some of the headers. */
export interface Ask {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first part of a stream. */
  readonly text: string;
}

/** A stream is read so long. */
const STREAM_MILLIS = 1_500;

/** Sends a request. Reads the answer to its end, or for a while if it is a stream. */
export async function ask(given: Ask): Promise<Answer> {
  const response = await open(given);
  const { statusCode: status = 0, headers } = response;
  let text = '';
  if (status !== 101) {
    const timer = setTimeout(() => response.destroy(), STREAM_MILLIS);
    response.setEncoding('utf8');
    try {
      for await (const chunk of response) text += String(chunk);
    } catch {
      // A stream that was read long enough.
    }
    clearTimeout(timer);
  }
  response.destroy();
  return { status, headers, text };
}

/** Sends a request. Resolves with the head of the answer, whose body nobody has read. */
export async function open({ method, url, headers = {}, body }: Ask): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': body.length };
    const sent = request(url, { method, headers: { ...headers, ...length }, agent: false });
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.on('upgrade', (response: IncomingMessage, socket: Socket) => {
      socket.pause();
      resolve(response);
    });
    sent.end(body);
  });
}

/** @throws Error if the status is not 200 */
export async function getJson<T>(url: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
