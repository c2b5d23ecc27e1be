/** Customers of the shop: real HTTP requests, most of them at the same time. */

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
 * Sends all of REQUESTS at once, then reads the first order placed.
 *
 * @param {string} url where the shop listens
 * @returns {Promise<{ method: string, path: string, status: number }[]>} in the order of sending
 */
export async function sendTraffic(url) {
  const results = await Promise.all(REQUESTS.map((request) => send(url, request)));
  const { location } = results.find(({ location }) => location);
  return [...results, await send(url, { method: 'GET', path: location })];
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
