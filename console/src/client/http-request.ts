import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

/** The parts of a request besides its address. */
export interface HttpRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request and its answer. */
  readonly signal: AbortSignal;
}

/**
 * Makes one request, on a connection of its own, and resolves with the head of its answer.
 *
 * It does not use `fetch`, which forgets its signal when its internal request is collected as garbage
 * (https://github.com/nodejs/node/issues/55428): an interrupted command would never end, nor would a time limit.
 *
 * @throws if nobody answers, if the signal is aborted first, or for a redirection, which would carry the token elsewhere
 */
export function httpRequest(
  url: URL,
  { method = 'GET', headers, body, signal }: HttpRequest,
): Promise<IncomingMessage> {
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    start(url, { method, headers, signal, agent: false })
      .on('error', reject)
      .on('response', (answer) => {
        const { statusCode = 0 } = answer;
        if (statusCode < 300 || statusCode >= 400) return resolve(answer);
        answer.destroy();
        reject(new Error('it redirects to another address'));
      })
      .end(body);
  });
}

/**
 * The whole body of an answer.
 *
 * @param maxBytes reading stops beyond them
 * @returns undefined if the body is larger
 */
export async function textOf(answer: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}
