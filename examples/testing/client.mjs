/** Requests of the shop's customers. */

/**
 * @param {string} url where the shop listens
 * @param {{ card: string, productId: string, quantity: number }} order
 * @param {Record<string, string>} [headers]
 */
export function placeOrder(url, { card, productId, quantity }, headers = {}) {
  return fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ customer: 'ada', card, lines: [{ productId, quantity }] }),
  });
}
