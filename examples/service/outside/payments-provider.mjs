/**
 * The payments provider: a third party's HTTP server, in a worker so that the shop does not trace it. The card selects its
 * behaviour. Once it listens, it posts its address to its parent.
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';

/** Idempotency keys of earlier requests, for the card that fails the first time. */
const seen = new Set();

/** @type {Record<string, (key: string) => Promise<{ status: number, body: object } | undefined>>} */
const CARDS = {
  visa: async () => accepted(25),
  slow: async () => accepted(300),
  declined: async () => {
    await delay(40);
    return { status: 402, body: { reason: 'insufficient funds' } };
  },
  flaky: async (key) => {
    if (seen.has(key)) return accepted(30);
    seen.add(key);
    await delay(15);
    return { status: 503, body: { reason: 'overloaded' } };
  },
  /** Never responds. */
  silent: async () => undefined,
};

async function accepted(afterMillis) {
  await delay(afterMillis);
  return { status: 201, body: { id: `pay_${Math.random().toString(36).slice(2, 10)}` } };
}

const server = createServer((request, response) => void handle(request, response));

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function handle(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { card } = JSON.parse(Buffer.concat(chunks).toString());

  const answer = await (CARDS[card] ?? CARDS.declined)(request.headers['idempotency-key']);
  if (answer) {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }
}

server.listen(0, '127.0.0.1', () => {
  parentPort.postMessage({ host: '127.0.0.1', port: server.address().port });
});
