/** Starts the shop and its dependencies: the database server and payments provider in workers, the HTTP server here. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';

import { createApp } from './app.mjs';
import { Database } from './database.mjs';
import { Orders } from './orders.mjs';
import { PaymentsClient } from './payments.mjs';

/** Starts a third party's server. An empty `execArgv` keeps this process's `--import` out of the worker. */
async function startOutside(file) {
  const worker = new Worker(new URL(`./outside/${file}`, import.meta.url), { execArgv: [] });
  const [address] = await once(worker, 'message');
  return { worker, address };
}

/**
 * @param {{ port?: number }} [options] port 0, the default, selects a free port
 * @returns {Promise<{ url: string, restock(): Promise<void>, stop(): Promise<void> }>}
 */
export async function startShop({ port = 0 } = {}) {
  const [postgres, provider] = await Promise.all([
    startOutside('postgres-server.mjs'),
    startOutside('payments-provider.mjs'),
  ]);
  const database = new Database(postgres.address);
  await database.createSchema();

  const orders = new Orders(database, new PaymentsClient(provider.address));
  const server = createServer(createApp(orders));
  const stop = async () => {
    await new Promise((resolve) => server.close(resolve));
    await database.close();
    await Promise.all([postgres.worker.terminate(), provider.worker.terminate()]);
  };

  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${server.address().port}`, restock: () => orders.restock(), stop };
}
