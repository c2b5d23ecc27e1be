/** Places an order: reserves the stock, charges the card, and writes the order. Undoes the reservation on failure. */
import { randomUUID } from 'node:crypto';

import { SpanStatusCode, trace } from '@opentelemetry/api';

import { CHECK_VIOLATION } from './database.mjs';
import { logger } from './logger.mjs';

const tracer = trace.getTracer('shop');

const FIND_ORDER =
  'SELECT customer, total_cents, payment_id, product_id, quantity ' +
  'FROM orders JOIN order_lines ON order_id = id WHERE id = $1';
const FIND_ORDERS = 'SELECT id FROM orders WHERE customer = $1 ORDER BY id DESC LIMIT 40';
const MOVE_STOCK =
  'UPDATE products SET stock = stock + line.change ' +
  'FROM unnest($1::text[], $2::int[]) AS line (id, change) WHERE products.id = line.id';
const INSERT_ORDER = 'INSERT INTO orders (customer, total_cents, payment_id) VALUES ($1, $2, $3) RETURNING id';
const INSERT_LINES = 'INSERT INTO order_lines SELECT $1, * FROM unnest($2::text[], $3::int[])';

export class InvalidOrderError extends Error {
  name = 'InvalidOrderError';
  status = 400;
}

export class OutOfStockError extends Error {
  name = 'OutOfStockError';
  status = 409;
}

/** @typedef {{ productId: string, quantity: number }} OrderLine */
/** @typedef {{ customer: string, card: string, lines: OrderLine[] }} OrderRequest */

export class Orders {
  #database;
  #payments;

  /**
   * @param {import('./database.mjs').Database} database
   * @param {import('./payments.mjs').PaymentsClient} payments
   */
  constructor(database, payments) {
    this.#database = database;
    this.#payments = payments;
  }

  async products() {
    const { rows } = await this.#database.query('SELECT id, name, price_cents, stock FROM products ORDER BY id');
    return rows;
  }

  /** @param {number} id */
  async find(id) {
    if (!Number.isInteger(id)) return undefined;
    const { rows } = await this.#database.query(FIND_ORDER, [id]);
    if (rows.length === 0) return undefined;
    const [{ customer, total_cents, payment_id }] = rows;
    const lines = rows.map(({ product_id, quantity }) => ({ productId: product_id, quantity }));
    return { id, customer, totalCents: total_cents, paymentId: payment_id, lines };
  }

  /**
   * The orders of a customer. Reads each order by a statement of its own: an N+1 query, which the console points out.
   *
   * @param {string} customer
   */
  async ofCustomer(customer) {
    const { rows } = await this.#database.query(FIND_ORDERS, [customer]);
    const orders = [];
    for (const { id } of rows) orders.push(await this.find(id));
    return orders;
  }

  /** Refills the shelves. A job of the shop's own, without a request. */
  async restock() {
    await tracer.startActiveSpan('restock', async (span) => {
      try {
        const { rowCount } = await this.#database.query('UPDATE products SET stock = 40 WHERE stock < 10', []);
        logger.info({ products: rowCount }, 'shelves refilled');
      } catch (error) {
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      } finally {
        span.end();
      }
    });
  }

  /** @param {OrderRequest} request */
  async place(request) {
    const { customer, card, lines } = validate(request);
    const totalCents = await this.#price(lines);
    await this.#reserve(lines);

    let paymentId;
    try {
      paymentId = await this.#payments.charge({ card, amountCents: totalCents, reference: randomUUID() });
    } catch (error) {
      await this.#release(lines);
      logger.warn({ customer, lines: lines.length }, 'payment failed, stock released');
      throw error;
    }

    const id = await this.#insert({ customer, totalCents, paymentId, lines });
    logger.info({ orderId: id, customer, totalCents }, 'order placed');
    this.#sendReceipt(id, customer);
    return { id, totalCents, paymentId };
  }

  async #price(lines) {
    const { rows } = await this.#database.query('SELECT id, price_cents FROM products WHERE id = ANY($1)', [
      lines.map(({ productId }) => productId),
    ]);
    const prices = new Map(rows.map(({ id, price_cents }) => [id, price_cents]));
    return lines.reduce((total, { productId, quantity }) => {
      const price = prices.get(productId);
      if (price === undefined) throw new InvalidOrderError(`no such product: ${productId}`);
      return total + price * quantity;
    }, 0);
  }

  /** Relies on the database's constraint instead of reading the stock first: two requests may race for the last item. */
  async #reserve(lines) {
    try {
      await this.#moveStock(lines, -1);
    } catch (error) {
      if (error.code !== CHECK_VIOLATION) throw error;
      throw new OutOfStockError('not enough in stock', { cause: error });
    }
    logger.info({ lines: lines.length }, 'stock reserved');
  }

  #release(lines) {
    return this.#moveStock(lines, 1);
  }

  #moveStock(lines, sign) {
    return this.#database.query(MOVE_STOCK, [
      lines.map(({ productId }) => productId),
      lines.map(({ quantity }) => sign * quantity),
    ]);
  }

  /** Not awaited, so its span usually outlives the request. */
  #sendReceipt(orderId, customer) {
    void tracer.startActiveSpan('send receipt', async (span) => {
      try {
        await this.#database.query('INSERT INTO receipts (order_id, recipient) VALUES ($1, $2)', [orderId, customer]);
        logger.info({ orderId }, 'receipt queued');
      } catch (error) {
        span.recordException(error);
        logger.error({ orderId, reason: error.message }, 'receipt lost');
      } finally {
        span.end();
      }
    });
  }

  #insert({ customer, totalCents, paymentId, lines }) {
    return this.#database.transaction(async (client) => {
      const { rows } = await client.query(INSERT_ORDER, [customer, totalCents, paymentId]);
      const [{ id }] = rows;
      await client.query(INSERT_LINES, [
        id,
        lines.map(({ productId }) => productId),
        lines.map(({ quantity }) => quantity),
      ]);
      return id;
    });
  }
}

/** @returns {OrderRequest} */
function validate(request) {
  const { customer, card, lines } = request ?? {};
  if (typeof customer !== 'string') throw new InvalidOrderError('customer must be a string');
  if (typeof card !== 'string') throw new InvalidOrderError('card must be a string');
  if (!Array.isArray(lines) || lines.length === 0) throw new InvalidOrderError('lines must be a non-empty array');
  for (const { quantity } of lines) {
    if (!Number.isInteger(quantity) || quantity < 1)
      throw new InvalidOrderError(`quantity must be at least 1, got ${quantity}`);
  }
  return { customer, card, lines };
}
