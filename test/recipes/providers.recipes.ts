import type { ExecFileException } from 'node:child_process';
import { expect } from 'chai';
import { Receiver } from '../receiver.js';
import { expectOrphans, expectShop, SHOWN_TREE, stable } from './expected.js';
import { layOut, manifestOf, PAGE, type Project } from './projects.js';
import { probe, run } from './running.js';

/** How the page calls a package. */
const VERSIONS: [said: string, project: Project, name: string][] = [
  ['`sdk-node`', 'current', '@opentelemetry/sdk-node'],
  ['Next.js', 'current', 'next'],
  ['`@vercel/otel`', 'current', '@vercel/otel'],
  ['`@langfuse/otel`', 'current', '@langfuse/otel'],
  ['Seen with `@sentry/node`', 'current', '@sentry/node'],
  ['Seen with `@sentry/node`', 'sentry10', '@sentry/node'],
];

describe('docs/recipes.md, with providers', () => {
  let folder: string;
  let receiver: Receiver;

  before(async () => {
    folder = layOut('current', 'providers');
    receiver = await Receiver.start();
  });

  beforeEach(() => receiver.clear());
  after(() => receiver.stop());

  const env = (others: Record<string, string> = {}) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...others });

  it('has only blocks that a test runs', () => {
    expect([...PAGE.code().keys()]).to.have.members([
      'shop.mjs',
      'node-sdk.mjs',
      'providers.mjs',
      'beside.mjs',
      'instrumentation.js',
      'span-cache.js',
      'langfuse.mjs',
      'assistant.mjs',
      'langfuse-isolated.mjs',
      'sentry.mjs',
      'sentry-10.mjs',
      'sentry-10-own.mjs',
    ]);
  });

  it('names every recipe in its first table', () => {
    const recipes = PAGE.tableAfter('| You have | Take |').flatMap(([, take]) => [...take!.matchAll(/[\w-]+\.m?js/g)]);

    const programs = ['shop.mjs', 'assistant.mjs', 'span-cache.js'];
    expect(recipes.map(([name]) => name)).to.have.members(
      [...PAGE.code().keys()].filter((name) => !programs.includes(name)),
    );
  });

  for (const [said, project, name] of VERSIONS) {
    it(`names the version it was run with: ${said}`, () => {
      const [major, minor] = manifestOf(project, name).version.split('.');

      expect(PAGE.text.replaceAll(/\s+/g, ' ')).to.include(`${said} ${major}.${minor}`);
    });
  }

  for (const recipe of ['node-sdk.mjs', 'providers.mjs']) {
    it(`prints the tree on the page: ${recipe}`, async () => {
      const printed = await run(folder, ['--import', `./${recipe}`, 'shop.mjs'], env());

      expect(stable(printed)).to.equal(SHOWN_TREE);
    });
  }

  describe('node-sdk.mjs', () => {
    it('feeds spans and log records to the cache, and exports both as before', async () => {
      const seen = await probe(folder, 'node-sdk.mjs', 'shop.mjs', env());

      expectShop(seen);
      const [traces] = receiver.bodiesOf('/v1/traces');
      expect(traces).to.include('charge card').and.not.include('card declined');
      expect(receiver.bodiesOf('/v1/logs').join()).to.include('card declined');
    });

    it('does not read the variables that name exporters', async () => {
      const variables = env({ OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'none' });
      const printed = await run(folder, ['--import', './node-sdk.mjs', 'shop.mjs'], variables);

      expect(stable(printed)).to.equal(SHOWN_TREE);
      expect(receiver.bodiesOf('/v1/traces')).to.have.length(1);
      expect(receiver.bodiesOf('/v1/logs')).to.have.length(1);
    });

    it('exports metrics unless a variable says none', async () => {
      await run(folder, ['--import', './node-sdk.mjs', 'shop.mjs'], env());
      expect(receiver.bodiesOf('/v1/metrics')).to.have.length(0);

      await run(folder, ['--import', './node-sdk.mjs', 'shop.mjs'], env({ OTEL_METRICS_EXPORTER: '' }));
      expect(receiver.bodiesOf('/v1/metrics')).to.have.length(1);
    });

    it('omits spans that the sampler of the environment drops', async () => {
      const seen = await probe(folder, 'node-sdk.mjs', 'shop.mjs', env({ OTEL_TRACES_SAMPLER: 'always_off' }));

      expectOrphans(seen, 'unsampled');
    });

    it('reads which instrumentations are disabled', async () => {
      const opened = async (variables: Record<string, string>) => {
        const seen = await probe(folder, 'node-sdk.mjs', 'request.cjs', env(variables));
        return seen.spans.map(({ name }) => name);
      };

      expect(await opened({})).to.include('GET');
      expect(await opened({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http,net,dns' })).to.deep.equal([]);
    });

    it('has no effect if the SDK is disabled', async () => {
      const printed = await run(folder, ['--import', './node-sdk.mjs', 'shop.mjs'], env({ OTEL_SDK_DISABLED: 'true' }));

      expect(printed).to.equal('');
    });

    it('delivers all ended spans when a signal ends the process', async () => {
      const args = ['--import', './node-sdk.mjs', 'signalled.mjs'];
      const { cause } = (await run(folder, args, env()).catch((error: Error) => error)) as Error;

      expect(cause).to.include({ signal: 'SIGTERM', killed: false });
      expect(stable((cause as ExecFileException).stderr!)).to.equal(SHOWN_TREE);
      expect(receiver.bodiesOf('/v1/traces')).to.have.length(1);
    });

    it('keeps the exit code if no collector listens, and reports why nothing was sent', async () => {
      const nowhere = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TIMEOUT: '1000' };
      const printed = await run(folder, ['--import', './node-sdk.mjs', 'shop.mjs'], nowhere);

      expect(stable(printed)).to.include(SHOWN_TREE).and.include('ECONNREFUSED');
    });
  });

  describe('providers.mjs', () => {
    it('feeds spans and log records to the cache', async () => {
      expectShop(await probe(folder, 'providers.mjs', 'shop.mjs'));
    });

    it('needs its context manager', async () => {
      const without = layOut('current', 'no-context', (code) => code.replace(/^context\.setGlobal.*\n/m, ''));

      const seen = await probe(without, 'providers.mjs', 'shop.mjs');

      expectOrphans(seen, 'no_span');
      expect(new Set(seen.spans.map(({ traceId }) => traceId))).to.have.property('size', 2);
    });

    it('needs its logger provider: without it, spans have no log lines, and none are counted', async () => {
      const without = layOut('current', 'no-logs', (code) => code.replace(/^logs\.setGlobal.*\n/m, ''));

      const seen = await probe(without, 'providers.mjs', 'shop.mjs');

      expect(seen.spans.map(({ events }) => events)).to.deep.equal([[], []]);
      expect(seen.stats).to.have.nested.property('events.received', 0);
    });

    it('keeps nothing without a subscriber: spans are counted, log records are not even created', async () => {
      const without = layOut('current', 'no-subscriber', (code) => code.replace(/^printTraces.*\n/m, ''));

      const printed = await run(without, ['--import', './providers.mjs', 'counted.mjs'], { RECIPE: './providers.mjs' });

      expect(printed).to.equal('2 spans dropped, 0 events received\n');
    });

    it('counts duplicates of a processor that is registered twice, and shows each span once', async () => {
      const twice = layOut('current', 'twice', (code) => code.replaceAll(/\[cache\.(\w+)\]/g, '[cache.$1, cache.$1]'));

      const seen = await probe(twice, 'providers.mjs', 'shop.mjs');

      expectShop(seen);
      expect(seen.stats.spans.dropped).to.include({ duplicate: 2 });
      expect(seen.stats).to.have.nested.property('events.dropped.duplicate', 2);
    });

    it('is rejected, without a message for the logger provider, if other providers are registered', async () => {
      const args = ['--import', './diag.mjs', '--import', './theirs.mjs', '--import', './providers.mjs', 'shop.mjs'];
      const printed = await run(folder, args);

      expect(printed).to.include('duplicate registration of API: trace').and.include("name: 'charge card'");
      expect(printed).not.to.match(/duplicate registration of API: logs/);
      expect(printed).not.to.match(/^trace /m);
    });

    it('works with either order of the two shutdowns', async () => {
      const reversed = layOut('current', 'reversed', (code) =>
        code.replace(/\[(\w+\.shutdown\(\)), (\w+\.shutdown\(\))\]/, '[$2, $1]'),
      );

      expect(stable(await run(reversed, ['--import', './providers.mjs', 'shop.mjs']))).to.equal(SHOWN_TREE);
    });
  });

  describe('beside.mjs', () => {
    it('needs no registered provider', async () => {
      const printed = await run(folder, ['beside.mjs']);

      expect(stable(printed)).to.match(/^trace id · 1 span · time · pid n\n time refund\n time money sent$/);
    });

    it('continues the trace of another registered provider, which keeps its own spans', async () => {
      const printed = await run(folder, ['--import', './theirs.mjs', 'in-theirs.mjs']);

      const [, traceId] = /^trace ([0-9a-f]{32}) · 1 span/m.exec(printed)!;
      expect(printed).to.match(/⋯ parent [0-9a-f]{16} not ended yet, or lost\n.*└─ refund/);
      expect(printed).to.include(`traceId: '${traceId}'`).and.include("name: 'return'");
      expect(printed).not.to.include("name: 'refund'");
    });

    it('is the only way: a provider has no method that adds a processor', async () => {
      expect(await run(folder, ['--import', './theirs.mjs', 'adding.mjs'])).to.equal('undefined undefined\n');
    });

    it('keeps log records waiting whose spans never arrive', async () => {
      const printed = await run(folder, ['strangers.mjs']);

      expect(printed).to.equal('1 parked, 0 orphans\n');
    });
  });

  describe('process.exit()', () => {
    it('prints all ended spans, and exports nothing', async () => {
      const printed = await run(folder, ['--import', './providers.mjs', 'hasty.mjs'], { RECIPE: './providers.mjs' });

      expect(stable(printed)).to.equal(SHOWN_TREE);
    });
  });
});
