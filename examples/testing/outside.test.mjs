/**
 * From outside, with node:test: the unchanged service runs in another process. This works with any runner, and with a
 * service in any language, because environment variables set the endpoint for its spans.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { assertTrace } from 'otel-span-cache/testing';
import { remoteReceiver } from 'otel-span-cache/testing/remote';

import { placeOrder } from './client.mjs';

const telemetry = new URL('../service/telemetry.mjs', import.meta.url).href;
const main = fileURLToPath(new URL('../service/main.mjs', import.meta.url));

let receiver;
let service;
let url;

before(async () => {
  receiver = await remoteReceiver();
  service = spawn(process.execPath, ['--import', telemetry, main, '--serve'], {
    env: { ...process.env, ...receiver.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: service.stdout })) {
    url = /^Listening on (\S+)\. /.exec(line)?.[1];
    if (url !== undefined) break;
  }
  service.stdout.resume();
});
after(async () => {
  service.kill('SIGTERM');
  await once(service, 'exit');
  await receiver.close();
});

test('two concurrent orders: each scope gets its own trace', async () => {
  const [ada, grace] = [receiver.openScope(), receiver.openScope()];

  const [paid, declined] = await Promise.all([
    placeOrder(url, { card: 'visa', productId: 'kettle', quantity: 1 }, { traceparent: ada.traceparent }),
    placeOrder(url, { card: 'declined', productId: 'kettle', quantity: 1 }, { traceparent: grace.traceparent }),
  ]);
  assert.deepEqual([paid.status, declined.status], [201, 402]);

  await ada.waitForSpan({ name: 'send receipt' });
  assertTrace(await ada.waitForTrace({ root: 'POST /orders' }), {
    service: 'shop',
    kind: 'server',
    children: [{ name: 'charge card', events: [{ name: 'card charged' }] }, { name: 'send receipt' }],
  });
  assertTrace(await grace.waitForTrace({ root: 'POST /orders' }), {
    attributes: { 'http.response.status_code': 402 },
    children: [{ name: 'charge card', status: 'error', exception: { type: 'PaymentDeclinedError' } }],
    not: { descendants: [{ name: 'send receipt' }] },
  });
  await Promise.all([ada.close(), grace.close()]);
});
