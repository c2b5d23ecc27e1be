import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';
import { APPLICATIONS, itEndsWell, runTo, spansIn } from './doc-programs.js';
import { Receiver } from './receiver.js';
import { run as program, start } from './register/programs.js';

const README = new DocPage('README.md');
const [PRINTED, FAILURE] = README.blocks('text') as [string, string];

describe('README', function () {
  this.timeout(60_000);

  let folder: string;
  let collector: Receiver;

  before(async () => {
    folder = newProject('readme', [...README.code(), ...Object.entries({ ...APPLICATIONS, 'app.js': SHOP })]);
    collector = await Receiver.start();
  });

  beforeEach(() => collector.clear());

  after(async () => {
    await collector.stop();
    rmSync(folder, { recursive: true });
  });

  const run = (ending: 0 | 'SIGTERM', ...args: string[]) => runTo(ending, args, { folder, collector });

  /** Writes a file of the README with a change that the README describes. */
  const change = (file: string, from: string | RegExp, to: string) => {
    const code = README.code().get(file)!;
    expect(code).to.match(from instanceof RegExp ? from : new RegExp(from.replaceAll(/[{}()]/g, String.raw`\$&`)));
    writeFileSync(join(folder, file), code.replace(from, to));
  };
  afterEach(() => {
    for (const [file, code] of README.code()) writeFileSync(join(folder, file), code);
  });

  it('has only code that the tests run', () => {
    expect([...README.code().keys()]).to.deep.equal([
      'checkout.test.mjs',
      'telemetry.mjs',
      'watch.mjs',
      'export.mjs',
      'record-more.mjs',
    ]);
  });

  describe('A first look', () => {
    let payments: Server;

    before(async () => {
      payments = createServer((_, response) => response.writeHead(402).end()).listen(0, '127.0.0.1');
      await once(payments, 'listening');
    });

    after(() => payments.close());

    it('shows what the command prints for an order of a shop', async () => {
      const [, flag, app] = /^OTEL_SPAN_CACHE_PRINT=1 node (--import \S+) (app\.js)$/m.exec(README.text)!;
      const url = `http://127.0.0.1:${(payments.address() as AddressInfo).port}/charges`;
      const env = { OTEL_SPAN_CACHE_PRINT: '1', OTEL_SERVICE_NAME: 'shop', PAYMENTS_URL: url };
      const shop = start([...flag!.split(' '), app!], env, folder);

      await shop.printed('listening');
      // The first order also connects, and on a busy machine a middleware may be slow enough to be shown.
      for (let i = 0; i < 10; i++) {
        const { status } = await fetch(readFileSync(join(folder, 'url'), 'utf8'), { method: 'POST' });
        expect(status).to.equal(402);
      }
      shop.child.kill('SIGTERM');
      const { stderr } = await shop.ended;

      expect(traces(stderr).map(shapeOf)).to.deep.include(shapeOf(PRINTED));
    });
  });

  describe('In a test', () => {
    const test = ['--test', '--test-reporter=spec', 'checkout.test.mjs'];

    it('shows a test that passes', async () => {
      expect(await run(0, ...test)).to.match(/^ℹ pass 1$/m);
    });

    it('shows how it fails', async () => {
      change('checkout.test.mjs', '{ amount: 2 }', '{ amount: 3 }');

      const { code, stdout } = await program(test, {}, folder);

      expect(code).to.equal(1);
      const lines = stdout.split('\n').map((line) => line.trim());
      for (const line of FAILURE.trim().split('\n')) {
        expect(
          lines.some((printed) => printed.endsWith(line.trim())),
          line,
        ).to.equal(true);
      }
    });
  });

  describe('In your SDK', () => {
    it('telemetry.mjs prints the trace of a request, with the lines that pino wrote in it', async () => {
      const printed = await run('SIGTERM', '--import', './telemetry.mjs', 'service.cjs');

      expect(printed).to.match(/^trace [0-9a-f]{32} · \d spans · /m);
      expect(printed).to.match(/─ GET .*server/);
      expect(printed).to.match(/• .* INFO +serving .*path=\/kettle/);
    });

    it('telemetry.mjs leaves the export unchanged, and feeds the cache', async () => {
      const printed = await run('SIGTERM', '--import', './telemetry.mjs', 'killed-job.mjs', './telemetry.mjs');

      expect(spansIn(collector)).to.deep.equal([{ name: 'job', events: [] }]);
      expect(printed).to.include('in the cache: job with job started, job.accepted');
    });

    it('telemetry.mjs exports and prints when the program ends by itself', async () => {
      const printed = await run(0, '--import', './telemetry.mjs', 'job.mjs');

      expect(spansIn(collector)).to.deep.equal([{ name: 'job', events: [] }]);
      expect(printed).to.match(/^trace [0-9a-f]{32} · 1 span · /m);
    });

    itEndsWell('telemetry.mjs', () => ({ folder, collector }));
  });

  describe('Three uses', () => {
    it('watch.mjs prints each span with the names of its events', async () => {
      const printed = await run('SIGTERM', '--import', './watch.mjs', 'service.cjs');

      expect(printed).to.include(`GET [ 'serving' ]`);
    });

    it('export.mjs sends spans with their log events, once if the other processor is deleted', async () => {
      change('telemetry.mjs', /^ *new BatchSpanProcessor\(.*\n/m, '');

      await run('SIGTERM', '--import', './export.mjs', 'killed-job.mjs');

      expect(spansIn(collector)).to.deep.equal([{ name: 'job', events: ['job started', 'job.accepted'] }]);
    });

    it('record-more.mjs records unsampled traces, and exports none of them', async () => {
      change('telemetry.mjs', 'new NodeSDK({', 'new NodeSDK({ sampler: cache.sampler(),');
      change('record-more.mjs', 'ratio: 0.1', 'ratio: 1');
      const env = { OTEL_TRACES_SAMPLER: 'always_off' };
      writeFileSync(join(folder, 'sampled.mjs'), SAMPLED);

      const args = ['--import', './record-more.mjs', 'sampled.mjs'];
      const printed = await runTo(0, args, { folder, collector, env });

      expect(printed)
        .to.match(/^ .*━ +after$/m)
        .and.to.not.match(/━ +before$/m);
      expect(spansIn(collector)).to.deep.equal([]);
    });
  });
});

/** A shop without any tracing of its own but one span. Writes its URL to a file. */
const SHOP = `
  import { once } from 'node:events';
  import { writeFileSync } from 'node:fs';
  import { trace } from '@opentelemetry/api';
  import express from 'express';
  import pino from 'pino';

  const logger = pino({}, { write() {} });
  const app = express();

  app.post('/orders', async (request, response) => {
    logger.info({ items: 2 }, 'stock reserved');
    const paid = await trace.getTracer('shop').startActiveSpan('charge card', async (span) => {
      const { ok } = await fetch(process.env.PAYMENTS_URL, { method: 'POST' });
      if (!ok) {
        span.recordException(new Error('card declined'));
        span.setStatus({ code: 2, message: 'card declined' });
      }
      span.setAttribute('payment.cents', 1180).end();
      return ok;
    });
    if (!paid) logger.warn({ customer: 'linus' }, 'order refused');
    response.status(paid ? 201 : 402).end();
  });

  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  writeFileSync('url', 'http://127.0.0.1:' + server.address().port + '/orders');
  console.log('listening');
`;

/** One span before the signal, one after it. */
const SAMPLED = `
  import { trace } from '@opentelemetry/api';
  import { setTimeout } from 'node:timers/promises';
  trace.getTracer('jobs').startSpan('before').end();
  process.kill(process.pid, 'SIGUSR2');
  await setTimeout(50);
  trace.getTracer('jobs').startSpan('after').end();
`;

/** The trees that were printed. */
function traces(text: string): string[] {
  return text.split(/^(?=trace )/m).filter((part) => part.startsWith('trace '));
}

/** The lines of a tree, without everything that differs from run to run: ids, times, bars and ports. */
function shapeOf(tree: string): string[] {
  return tree
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replace(/^trace [0-9a-f]{32}/, 'trace')
        .replace(/pid \d+/, 'pid')
        .replaceAll(/\+?[\d.]+ (?:ms|µs|s)\b/g, '')
        .replaceAll(/[━╺╸•]/g, '')
        .replaceAll(/:\d+\//g, '/')
        .replaceAll(/ +/g, ' ')
        .trim(),
    );
}
