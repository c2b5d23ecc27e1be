/**
 * Runs the shop and prints every trace as it finishes.
 *
 *     npm start               sends some traffic and exits
 *     npm start -- --serve    stays, for you to call; PORT (default 3000) chooses the port
 */
import { once } from 'node:events';

import { printTraces } from 'otel-span-cache';

import { startShop } from './shop.mjs';
import { cache, shutdownTelemetry } from './telemetry.mjs';
import { sendTraffic } from './traffic.mjs';

const serve = process.argv.includes('--serve');
const port = serve ? Number(process.env.PORT ?? 3000) : 0;
/** As wide as the terminal, in colour if it has any and NO_COLOR is not set. */
const terminal = { width: Math.max(40, process.stdout.columns || 100), colors: process.stdout.hasColors?.() ?? false };

function printCounters() {
  const { spans, events, parkedSpans } = cache.stats();
  console.log(`spans    ${spans.received} received, ${spans.delivered} delivered${list('dropped', spans.dropped)}
events   ${events.received} received, ${events.merged} merged into their spans, ${events.parked} waiting for ${parkedSpans} spans${list('orphaned', events.orphaned)}${list('dropped', events.dropped)}`);
}

/** The reasons that occurred, or nothing. */
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

printTraces(cache, { ...terminal, write: (text) => process.stdout.write(text) });

let responses = [];
if (serve) {
  printInvitation(shop.url);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
} else {
  responses = await sendTraffic(shop.url);
}

await shop.stop();
// Prints the traces that are not whole yet, too.
await shutdownTelemetry();
if (!serve) console.log(`${responses.length} requests: ${responses.map(({ status }) => status).join(' ')}\n`);
printCounters();
