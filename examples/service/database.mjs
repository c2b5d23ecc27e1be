/** The shop's database: PostgreSQL over TCP, with the `pg` client. */
import pg from 'pg';

/** SQLSTATE of a violated CHECK constraint. */
export const CHECK_VIOLATION = '23514';

const SCHEMA = `
  CREATE TABLE products (
    id          text PRIMARY KEY,
    name        text NOT NULL,
    price_cents integer NOT NULL,
    stock       integer NOT NULL CONSTRAINT enough_stock CHECK (stock >= 0)
  );
  CREATE TABLE orders (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer    text NOT NULL,
    total_cents integer NOT NULL,
    payment_id  text NOT NULL
  );
  CREATE TABLE order_lines (
    order_id   integer NOT NULL REFERENCES orders,
    product_id text NOT NULL REFERENCES products,
    quantity   integer NOT NULL CHECK (quantity > 0)
  );
  CREATE TABLE receipts (
    order_id  integer PRIMARY KEY REFERENCES orders,
    recipient text NOT NULL
  );
  INSERT INTO products VALUES
    ('kettle', 'Copper kettle',   5900, 40),
    ('teapot', 'Cast-iron teapot', 7450, 12),
    ('sencha', 'Sencha, 100 g',   1280,  3);
`;

export class Database {
  #pool;

  /** @param {{ host: string, port: number }} address */
  constructor(address) {
    // The server in outside/ accepts one connection, so requests take turns.
    this.#pool = new pg.Pool({ ...address, database: 'shop', user: 'shop', max: 1, idleTimeoutMillis: 0 });
  }

  async createSchema() {
    await this.query(SCHEMA);
  }

  /**
   * Runs one statement.
   *
   * Awaits the connection instead of calling `pool.query()`. That would run a waiting statement in the callback of the
   * request that releases the connection, and so in the wrong trace.
   *
   * @param {string} text
   * @param {unknown[]} [values]
   */
  async query(text, values) {
    const client = await this.#pool.connect();
    try {
      return await client.query(text, values);
    } finally {
      client.release();
    }
  }

  /**
   * @template T
   * @param {(client: pg.PoolClient) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async transaction(work) {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  close() {
    return this.#pool.end();
  }
}
