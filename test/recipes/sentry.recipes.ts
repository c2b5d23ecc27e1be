import { expect } from 'chai';
import { Receiver } from '../receiver.js';
import { expectOrphans, expectShop } from './expected.js';
import { layOut } from './projects.js';
import { probe, run } from './running.js';

const ENVELOPES = '/api/42/envelope/';

describe('docs/recipes.md, with Sentry', () => {
  let receiver: Receiver;

  before(async () => {
    receiver = await Receiver.start();
  });

  beforeEach(() => receiver.clear());
  after(() => receiver.stop());

  const env = () => ({ SENTRY_DSN: `http://key@${receiver.host}/42` });

  describe('11', () => {
    const TRACES = '/api/42/integration/otlp/v1/traces/';
    let folder: string;

    before(() => {
      folder = layOut('current', 'sentry');
    });

    it('sentry.mjs feeds spans and log records to the cache, and the spans to Sentry', async () => {
      const seen = await probe(folder, 'sentry.mjs', 'shop.mjs', env());

      expectShop(seen);
      expect(receiver.bodiesOf(TRACES).join()).to.include('place order').and.include('charge card');
    });

    it('sentry.mjs puts errors into the trace of the cache, and creates no spans of Sentry', async () => {
      const { spans } = await probe(folder, 'sentry.mjs', 'declined.mjs', env());

      expect(spans.map(({ name }) => name)).to.deep.equal(['charge card']);
      const error = receiver.bodiesOf(ENVELOPES).find((body) => body.includes('"declined"'));
      expect(error).to.include(`"trace_id":"${spans[0]!.traceId}"`);
    });

    it('with tracesSampleRate starts spans of its own, which no processor receives', async () => {
      const traced = layOut('current', 'sentry-traced', (code) =>
        code.replace('Sentry.init({ dsn,', 'Sentry.init({ dsn, tracesSampleRate: 1,'),
      );

      const { spans } = await probe(traced, 'sentry.mjs', 'declined.mjs', env());

      expect(spans.map(({ name }) => name)).to.deep.equal(['charge card']);
      expect(receiver.bodiesOf(ENVELOPES).join()).to.include('"of Sentry"');
    });

    it('with enableOpenTelemetrySetup, if called first, leaves the cache without spans', async () => {
      const first = layOut('current', 'sentry-first', (code) =>
        code
          .replace('sdk.start();\n', '')
          .replace(/Sentry\.init\(\{ dsn,(.*)$/m, 'Sentry.init({ dsn, enableOpenTelemetrySetup: true,$1\nsdk.start();'),
      );

      const seen = await probe(first, 'sentry.mjs', 'shop.mjs', env());

      expect(seen.spans).to.deep.equal([]);
      expectOrphans(seen, 'unsampled');
    });
  });

  describe('10', () => {
    let folder: string;

    before(() => {
      folder = layOut('sentry10', 'sentry');
    });

    const transactions = () => receiver.bodiesOf(ENVELOPES).filter((body) => body.includes('{"type":"transaction"}'));
    const rated = (name: string, rate: number, edit = (code: string) => code) =>
      layOut('sentry10', name, (code) => edit(code.replace(/tracesSampleRate: [\d.]+/, `tracesSampleRate: ${rate}`)));

    it('sentry-10.mjs feeds spans and log records to the cache, and a transaction to Sentry', async () => {
      const seen = await probe(folder, 'sentry-10.mjs', 'shop.mjs', env());

      expectShop(seen);
      expect(transactions()).to.have.length(1);
      expect(transactions()[0]).to.include('place order').and.include('charge card');
    });

    it('sentry-10.mjs has Sentry’s own spans and errors in the trace of the cache', async () => {
      const { spans } = await probe(folder, 'sentry-10.mjs', 'declined.mjs', env());

      expect(spans.map(({ name }) => name)).to.deep.equal(['of Sentry', 'charge card']);
      const error = receiver.bodiesOf(ENVELOPES).find((body) => body.includes('"declined"'));
      expect(error).to.include(`"trace_id":"${spans[0]!.traceId}"`);
    });

    it('sentry-10.mjs records no unsampled spans', async () => {
      const seen = await probe(rated('sentry-unsampled', 0), 'sentry-10.mjs', 'shop.mjs', env());

      expect(seen.spans).to.deep.equal([]);
      expectOrphans(seen, 'unsampled');
      expect(transactions()).to.deep.equal([]);
    });

    it('sentry-10.mjs without a logger provider has no log lines', async () => {
      const without = layOut('sentry10', 'sentry-no-logs', (code) => code.replace(/^logs\.setGlobal.*\n/m, ''));

      const { spans, orphans } = await probe(without, 'sentry-10.mjs', 'shop.mjs', env());

      expect(spans.map(({ events }) => events)).to.deep.equal([[], []]);
      expect(orphans).to.deep.equal([]);
    });

    it('sentry-10.mjs waits for an exporter of the cache, unlike Sentry.close()', async () => {
      const hasty = layOut('sentry10', 'sentry-hasty', (code) =>
        code.replace('cache.forceFlush().then(() => Sentry.close())', 'Sentry.close()'),
      );
      const args = ['--import', './sentry-10.mjs', '--import', './slow-exporter.mjs', 'shop.mjs'];
      const settings = { ...env(), RECIPE: './sentry-10.mjs' };

      const printed = await run(folder, args, settings);
      const sent = transactions();
      const failure = await run(hasty, args, settings).catch((error: Error) => error.message);

      expect(printed).to.match(/^exported charge card, place order$/m);
      expect(sent).to.have.length(1);
      expect(failure).to.include('within timeout period of 500 ms');
    });

    it('sentry-10-own.mjs feeds sampled spans to both Sentry and the cache', async () => {
      const seen = await probe(rated('sentry-own', 1), 'sentry-10-own.mjs', 'shop.mjs', env());

      expectShop(seen);
      expect(transactions()).to.have.length(1);
    });

    it('sentry-10-own.mjs records spans that Sentry does not sample for the cache alone', async () => {
      const seen = await probe(rated('sentry-own-unsampled', 0), 'sentry-10-own.mjs', 'shop.mjs', env());

      expectShop(seen);
      expect(seen.spans.map(({ sampled }) => sampled)).to.deep.equal([false, false]);
      expect(transactions()).to.deep.equal([]);
    });

    it('sentry-10-own.mjs needs SampledOnly, or Sentry receives unsampled spans', async () => {
      const without = rated('sentry-own-all', 0, (code) =>
        code.replace('new SampledOnly()', 'new SentrySpanProcessor()'),
      );

      await probe(without, 'sentry-10-own.mjs', 'shop.mjs', env());

      expect(transactions()).to.have.length(1);
    });
  });
});
