import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cleanEnvironment } from '../environment.js';
import { Receiver } from '../receiver.js';
import { expectShop } from './expected.js';
import { addNextApp, layOut } from './projects.js';
import { probe, run } from './running.js';

describe('docs/recipes.md, on Vercel and the like', () => {
  let receiver: Receiver;

  before(async () => {
    receiver = await Receiver.start();
  });

  beforeEach(() => receiver.clear());
  after(() => receiver.stop());

  describe('@vercel/otel', () => {
    let folder: string;

    before(() => {
      folder = layOut('current', 'vercel');
    });

    const env = (others: Record<string, string> = {}) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...others,
    });
    const probed = (program: string, others: Record<string, string> = {}) =>
      probe(folder, ['span-cache.js', 'plain-node.mjs'], program, env(others));

    it('feeds spans and log records to the cache', async () => {
      expectShop(await probed('shop.mjs'));
    });

    it('on Vercel sends the same as auto, and flushes exporters of the cache, before the function is released', async () => {
      const printed = await run(folder, ['on-vercel.mjs'], env());

      expect(printed).to.match(/^exported charge card, place order\nlet go$/m);
      expect(receiver.bodiesOf('/v1/traces').join()).to.include('charge card');
    });

    it('ends spans with their root; later log lines arrive by an amendment', async () => {
      const { spans, orphans } = await probed('straggler.mjs');

      expect(spans.map(({ name, revision, events }) => ({ name, revision, events }))).to.deep.equal([
        { name: 'send mail', revision: 0, events: [] },
        { name: 'place order', revision: 0, events: [] },
        { name: 'send mail', revision: 1, events: ['mail sent'] },
      ]);
      expect(orphans).to.deep.equal([]);
    });

    it('ends spans with their root; later log lines are orphans by default', async () => {
      const byDefault = layOut('current', 'vercel-late', (code) => code.replace("{ lateEvents: 'amend' }", ''));

      const { orphans } = await probe(byDefault, ['span-cache.js', 'plain-node.mjs'], 'straggler.mjs', env());

      expect(orphans).to.deep.equal(['mail sent: late']);
    });

    it('has no logger provider unless it is given a processor for it', async () => {
      const without = layOut('current', 'vercel-no-logs', (code) => code.replace(/^.*logRecordProcessors.*\n/m, ''));

      const { spans, orphans } = await probe(without, ['span-cache.js', 'plain-node.mjs'], 'shop.mjs', env());

      expect(spans.map(({ events }) => events)).to.deep.equal([[], []]);
      expect(orphans).to.deep.equal([]);
    });

    it('is disabled by OTEL_SDK_DISABLED=false', async () => {
      const { spans, orphans } = await probed('shop.mjs', { OTEL_SDK_DISABLED: 'false' });

      expect([spans, orphans]).to.deep.equal([[], []]);
    });
  });

  describe('Next.js', () => {
    let folder: string;
    let server: ChildProcess | undefined;
    let url: string;
    let printed = '';

    before(async function () {
      this.timeout(240_000);
      folder = layOut('current', 'next');
      addNextApp(folder);
      // How often the bundles run it.
      appendFileSync(join(folder, 'span-cache.js'), '\nglobalThis.evaluations = (globalThis.evaluations ?? 0) + 1;\n');
      const next = join(folder, '../../node_modules/next/dist/bin/next');
      await run(folder, [next, 'build'], { NEXT_TELEMETRY_DISABLED: '1' });
      server = spawn(process.execPath, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
        cwd: folder,
        env: {
          ...cleanEnvironment('NEXT_', 'VERCEL'),
          NEXT_TELEMETRY_DISABLED: '1',
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [server.stdout!, server.stderr!])
        stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
      while (!/Ready in/.test(printed)) await once(server.stdout!, 'data');
      [, url] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(printed) as unknown as [string, string];
    });

    after(async () => {
      if (server?.kill()) await once(server, 'exit');
    });

    it('prints the trace of a page as one tree, with its log line', async () => {
      const page = await (await fetch(url)).text();
      while (!printed.includes('showing the kettle')) await once(server!.stderr!, 'data');

      expect(page).to.include('kettle');
      expect(printed).to.match(
        /GET \/ +server\n(?:.+\n)*.*render route \(app\) \/\n(?:.+\n)*?.*INFO +showing the kettle/,
      );
      expect(printed).to.not.include('not ended yet, or lost');
    });

    it('has one cache for all bundles, which run its file more than once', async () => {
      await fetch(url);
      const seen = (await (await fetch(`${url}/seen`)).json()) as { evaluations: number; stats: object };

      expect(seen.evaluations).to.be.greaterThan(1);
      expect(seen.stats).to.have.nested.property('events.merged').that.is.greaterThan(0);
      expect(seen.stats).to.have.property('subscriptions').with.length(1);
    });

    it('sends spans as auto does', async function () {
      await fetch(url);
      // Five seconds pass between exports.
      while (receiver.bodiesOf('/v1/traces').length === 0) await new Promise((resolve) => setTimeout(resolve, 100));

      expect(receiver.bodiesOf('/v1/traces').join()).to.include('GET /');
    });
  });
});
