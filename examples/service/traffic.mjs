/** Customers of the shop: HTTP requests, most of them concurrent. */
import { setTimeout as delay } from 'node:timers/promises';

const order = (customer, card, productId, quantity) => ({
  method: 'POST',
  path: '/orders',
  body: { customer, card, lines: [{ productId, quantity }] },
});

const REQUESTS = [
  { method: 'GET', path: '/products' },
  order('ada', 'visa', 'kettle', 1),
  order('grace', 'slow', 'teapot', 1),
  order('linus', 'declined', 'kettle', 2),
  order('barbara', 'flaky', 'teapot', 2),
  order('edsger', 'silent', 'kettle', 1),
  order('donald', 'visa', 'sencha', 5),
  order('alan', 'visa', 'kettle', 0),
  { method: 'GET', path: '/orders/4711' },
];

/**
 * Sends all REQUESTS concurrently, then reads the first order placed.
 *
 * @param {string} url where the shop listens
 * @returns {Promise<{ method: string, path: string, status: number }[]>} in the order of the requests
 */
export async function sendTraffic(url) {
  const results = await Promise.all(REQUESTS.map((request) => send(url, request)));
  const { location } = results.find(({ location }) => location);
  return [...results, await send(url, { method: 'GET', path: location })];
}

/** Requests of the customers of a running shop, the frequent first: one in a few is slow, declined or finds nothing. */
const HABITS = [
  { method: 'GET', path: '/products' },
  { method: 'GET', path: '/customers/ada/orders' },
  order('ada', 'visa', 'kettle', 1),
  { method: 'GET', path: '/products' },
  order('grace', 'visa', 'sencha', 1),
  order('ada', 'slow', 'teapot', 1),
  { method: 'GET', path: '/customers/grace/orders' },
  order('linus', 'declined', 'kettle', 2),
  { method: 'GET', path: '/orders/1' },
  order('barbara', 'flaky', 'teapot', 1),
  { method: 'GET', path: '/products' },
  order('edsger', 'silent', 'kettle', 1),
  { method: 'GET', path: '/orders/4711' },
];

/** Requests at a time: a machine that cannot keep up gets fewer. */
const MAX_SENT = 4;

/**
 * Sends a request of HABITS every 150 ms, and calls `restock` every 6 s, until the signal is aborted.
 *
 * @param {string} url where the shop listens
 * @param {{ restock: () => Promise<void>, signal: AbortSignal }} options
 */
export async function keepSending(url, { restock, signal }) {
  const sent = new Set();
  const start = (work) => {
    const promise = work.catch(() => {}).finally(() => sent.delete(promise));
    sent.add(promise);
  };
  for (let i = 0; !signal.aborted; i += 1) {
    if (sent.size < MAX_SENT) start(send(url, HABITS[i % HABITS.length]));
    if (i % 40 === 0) start(restock());
    await delay(150, undefined, { signal }).catch(() => {});
  }
  await Promise.all(sent);
}

async function send(url, { method, path, body }) {
  const response = await fetch(url + path, {
    method,
    headers: body && { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  await response.arrayBuffer();
  return { method, path, status: response.status, location: response.headers.get('location') };
}
