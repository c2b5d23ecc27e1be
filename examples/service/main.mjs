/**
 * Runs the shop and prints every trace as it finishes.
 *
 *     npm start               sends some traffic and exits
 *     npm start -- --serve    keeps running, serves requests on PORT, by default 3000, has customers, and serves a console
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { printTraces } from 'otel-span-cache';

import { startShop } from './shop.mjs';
import { cache, shutdownTelemetry } from './telemetry.mjs';
import { keepSending, sendTraffic } from './traffic.mjs';

const serve = process.argv.includes('--serve');
const port = serve ? Number(process.env.PORT ?? 3000) : 0;
/** Width of the terminal, and whether it shows colours: `hasColors()` respects NO_COLOR. */
const terminal = { width: Math.max(40, process.stdout.columns || 100), colors: process.stdout.hasColors?.() ?? false };

function printCounters() {
  const { spans, events, parkedSpans } = cache.stats();
  console.log(`spans    ${spans.received} received, ${spans.delivered} delivered${list('dropped', spans.dropped)}
events   ${events.received} received, ${events.merged} merged into their spans, ${events.parked} waiting for ${parkedSpans} spans${list('orphaned', events.orphaned)}${list('dropped', events.dropped)}`);
}

/** Lists the reasons that occurred, or returns an empty text. */
function list(fate, byReason) {
  const reasons = Object.entries(byReason).filter(([, count]) => count > 0);
  return reasons.length > 0 ? `, ${fate}: ${reasons.map(([reason, count]) => `${count} ${reason}`).join(', ')}` : '';
}

function printInvitation(url) {
  const post = `curl -s ${url}/orders -H 'content-type: application/json' -d`;
  console.log(`Listening on ${url}. Ctrl-C stops. Call it from another terminal:

  curl -s ${url}/products
  ${post} '{"customer":"you","card":"visa","lines":[{"productId":"kettle","quantity":1}]}'
  ${post} '{"customer":"you","card":"flaky","lines":[{"productId":"teapot","quantity":2}]}'
  ${post} '{"customer":"you","card":"visa","lines":[{"productId":"sencha","quantity":99}]}'

Cards: visa, slow, declined, flaky, silent.`);
}

/** Serves the console. Returns whether its package is installed. */
async function startConsole() {
  try {
    const { serveConsole } = await import('otel-span-cache-console');
    const { url } = await serveConsole(cache, { announce: false });
    console.log(`
Watch it at ${url}, or from another terminal:

  npx otel-span-cache-console tail
  npx otel-span-cache-console stacks --every 1
  npx otel-span-cache-console errors
  npx otel-span-cache-console traces 'root.duration > 200ms'
`);
    return true;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.log('\nFor a live console: npm install otel-span-cache-console\n');
    return false;
  }
}

console.log('A shop (express, pg, fetch, pino) watched from inside its own process. Starting PostgreSQL …');

let shop;
try {
  shop = await startShop({ port });
} catch (error) {
  if (error.code !== 'EADDRINUSE') throw error;
  console.error(`Port ${port} is in use. Choose another: PORT=${port + 1} npm start -- --serve`);
  await shutdownTelemetry();
  process.exit(1);
}

const print = () => printTraces(cache, { ...terminal, write: (text) => process.stdout.write(text) });

let responses = [];
if (serve) {
  printInvitation(shop.url);
  if (!(await startConsole())) print();
  const invoices = new Worker(new URL('./invoices.mjs', import.meta.url));
  const closing = new AbortController();
  const customers = keepSending(shop.url, { restock: shop.restock, signal: closing.signal });
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  closing.abort();
  await Promise.all([customers, invoices.terminate()]);
} else {
  print();
  responses = await sendTraffic(shop.url);
}

await shop.stop();
// Also prints incomplete traces.
await shutdownTelemetry();
if (!serve) console.log(`${responses.length} requests: ${responses.map(({ status }) => status).join(' ')}\n`);
printCounters();
