import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { formatTraceOptions } from '../src/format/format-options.js';
import { printerOptions } from '../src/format/print-traces-options.js';
import * as api from '../src/index.js';
import { EventCounters, SpanCounters } from '../src/cache/counters.js';
import { cacheOptions, exporterOptions, storeOptions, subscribeOptions, wholeTraceOptions } from '../src/cache/options.js';
import { DocPage, namesIn, newProject, ROOT } from './doc-page.js';
import { Receiver } from './receiver.js';
import { run as program, start } from './register/programs.js';

const README = new DocPage('README.md');

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

describe('README', () => {
  describe('code', function () {
    this.timeout(30_000);

    let folder: string;
    let collector: Receiver;

    before(async () => {
      folder = newProject('readme', [...README.code(), ...Object.entries(APPLICATIONS)]);
      collector = await Receiver.start();
    });

    beforeEach(() => collector.clear());

    after(async () => {
      await collector.stop();
      rmSync(folder, { recursive: true });
    });

    /** Runs a program to its end, which has to be this one; returns what it printed. */
    const run = async (ending: 0 | 'SIGTERM', ...args: string[]) => {
      const { code, signal, stdout, stderr } = await program(args, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, folder);
      expect(signal ?? code, stdout + stderr).to.equal(ending);
      return stdout + stderr;
    };

    it('is all run here', () => {
      expect([...README.code().keys()]).to.deep.equal([
        'first-trace.mjs',
        'telemetry.mjs',
        'watch.mjs',
        'orders.test.mjs',
        'telemetry-otlp.mjs',
        'telemetry-beside.mjs',
        'telemetry-behind.mjs',
        'telemetry-bridge.mjs',
      ]);
    });

    it('first-trace.mjs prints what is shown', async () => {
      const alike = (text: string) =>
        text.replace(/[0-9a-f]{32}/, 'id').replaceAll(/ *\+?\d+ ms/g, ' n ms').replaceAll(/[━╺╸• ]+/g, ' ');
      const [, shown] = /^```text\n(trace [^\n]* 2 spans .*?)^```$/ms.exec(README.text)!;

      expect(alike(await run(0, 'first-trace.mjs'))).to.equal(alike(shown!));
    });

    it('telemetry.mjs prints the trace of a request, with the lines that pino wrote in it', async () => {
      const printed = await run('SIGTERM', '--import', './telemetry.mjs', 'service.cjs');

      expect(printed).to.match(/^trace [0-9a-f]{32} · 2 spans · /m);
      expect(printed).to.match(/─ GET .*server/);
      expect(printed).to.match(/• .* INFO +serving .*path=\/kettle/);
    });

    it('watch.mjs prints each span with the names of its events', async () => {
      const printed = await run('SIGTERM', '--import', './watch.mjs', 'service.cjs');

      expect(printed).to.include(`GET [ 'serving' ]`);
    });

    it('orders.test.mjs passes', async () => {
      const printed = await run(0, '--test', '--test-reporter=tap', 'orders.test.mjs');

      expect(printed).to.match(/^# pass 2$/m).and.to.match(/^# fail 0$/m);
    });

    it('telemetry-otlp.mjs sends spans with their log events', async () => {
      await run('SIGTERM', '--import', './telemetry-otlp.mjs', 'job.mjs');

      expect(spansIn(collector)).to.deep.equal([{ name: 'job', events: ['job started', 'job.accepted'] }]);
    });

    it('telemetry-beside.mjs leaves the export as it was, and feeds the cache', async () => {
      const printed = await run('SIGTERM', '--import', './telemetry-beside.mjs', 'job.mjs', './telemetry-beside.mjs');

      expect(spansIn(collector)).to.deep.equal([{ name: 'job', events: [] }]);
      expect(printed).to.include('in the cache: job with job started, job.accepted');
    });

    it('telemetry-behind.mjs feeds the cache, which exports nothing', async () => {
      const printed = await run('SIGTERM', '--import', './telemetry-behind.mjs', 'job.mjs', './telemetry-behind.mjs');

      expect(spansIn(collector)).to.deep.equal([]);
      expect(printed).to.include(`[ 'job' ]`).and.to.include('in the cache: job with job started, job.accepted');
    });

    it('telemetry-bridge.mjs sends spans with their events, not with their log lines', async () => {
      await run('SIGTERM', '--import', './telemetry-bridge.mjs', 'job.mjs');

      expect(spansIn(collector)).to.deep.equal([{ name: 'job', events: ['job.accepted'] }]);
    });

    for (const telemetry of [...README.code().keys()].filter((file) => file.startsWith('telemetry'))) {
      it(`${telemetry} lets one SIGTERM end a server, also where no collector listens`, async () => {
        const nowhere = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TIMEOUT: '1000' };
        const server = start(['--import', `./${telemetry}`, 'server.mjs'], nowhere, folder);
        await server.printed('ready');

        server.child.kill('SIGTERM');

        expect(await server.ended).to.include({ code: null, signal: 'SIGTERM' });
      });

      it(`${telemetry} ends a server whose signals to itself have no action, as those of PID 1`, async () => {
        const args = ['--require', './pid1.cjs', '--import', `./${telemetry}`, 'server.mjs'];
        const server = start(args, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, folder);
        await server.printed('ready');

        server.child.kill('SIGTERM');

        expect(await server.ended).to.include({ code: 143, signal: null });
      });
    }
  });

  describe('options', () => {
    const TABLES: Record<string, object> = {
      '`new SpanCache(options)`': cacheOptions(undefined),
      '`cache.subscribe(options)`': subscribeOptions(undefined),
      '`cache.subscribeToTraces(callback, options)`': wholeTraceOptions(undefined),
      '`printTraces(cache, options)`': ownPrinterOptions(),
      '`cache.store(options)`': storeOptions(undefined),
      '`cache.addExporter(exporter, options)`': exporterOptions(undefined),
      '`formatTrace(trace, options)`': formatTraceOptions(),
    };

    for (const [call, defaults] of Object.entries(TABLES)) {
      it(`of ${call} are those of the code, with their defaults`, () => {
        const written = README.tableAfter(call).map(([name, fallback]) => [
          name!.replaceAll('`', ''),
          valueOf(fallback!.replaceAll('`', '')),
        ]);

        expect(written).to.deep.equal(Object.entries(defaults));
      });
    }
  });

  describe('counters', () => {
    const FATES = README.tableAfter('| The log record |').map((row) => row.at(-1)!).join(' ');

    for (const fate of ['orphaned', 'dropped'] as const) {
      for (const reason of Object.keys(new EventCounters()[fate])) {
        it(`say when an event is ${fate}.${reason}`, () => {
          expect(FATES).to.include(`\`${fate}.${reason}\``);
        });
      }
    }

    it('name no reason of an event that the code does not have', () => {
      const counters = new EventCounters();
      const known = (['orphaned', 'dropped'] as const).flatMap((fate) =>
        Object.keys(counters[fate]).map((reason) => `${fate}.${reason}`),
      );

      const written = [...FATES.matchAll(/`(\w+\.\w+)`/g)].map(([, reason]) => reason!);

      expect(written).to.have.members(known);
    });

    it('name every reason of a dropped span, and no other', () => {
      const known = Object.keys(new SpanCounters().dropped).map((reason) => `dropped.${reason}`);

      expect(namesIn(README.tableAfter('| Span is counted in |'))).to.have.members(known);
    });

    it('name every field of stats(), and no other', () => {
      const { spans, events, ...others } = new api.SpanCache().stats();
      const known = [
        ...Object.keys(spans).map((field) => `spans.${field}`),
        ...Object.keys(events).map((field) => `events.${field}`),
        ...Object.keys(others),
      ];

      expect(namesIn(README.tableAfter('| Field |'))).to.have.members(known);
    });

    it('name every number of a subscription, and no other', () => {
      const cache = new api.SpanCache();
      cache.subscribe();

      const known = Object.keys(cache.stats().subscriptions[0]!);

      expect(namesIn(README.tableAfter('| Of each subscription |'))).to.have.members(known);
    });
  });

  it('names everything that can be imported', () => {
    for (const name of Object.keys(api)) expect(README.text).to.match(new RegExp(`\\b${name}\\b`));
  });

  it('shows a terminal of at most 100 columns', () => {
    const [, terminal] = /^```text\n(.*?)^```$/ms.exec(README.text)!;

    for (const line of terminal!.split('\n')) expect(line.length, line).to.be.at.most(100);
  });
});

describe('Documentation', () => {
  // Those that are written by hand.
  const guides = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const files = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...guides.map((name) => `docs/${name}`)];

  it('has an index of all of it', () => {
    for (const name of guides.filter((guide) => guide !== 'README.md')) {
      expect(readText('docs/README.md')).to.include(`](${name})`);
    }
    expect(readText('docs/README.md')).to.include('](api/README.md)');
  });

  for (const file of files) {
    describe(file, () => {
      it('links to files that are there, and to headings that they have', () => {
        for (const [, target] of readText(file).matchAll(/\]\(([^)\s]+)\)/g)) {
          if (/^https?:/.test(target!)) continue;
          const [path, heading] = target!.split('#') as [string, string?];
          const linked = path === '' ? file : join(dirname(file), path);
          expect(existsSync(resolve(ROOT, linked)), `${file} links to ${target}`).to.equal(true);
          if (heading !== undefined) expect(anchorsOf(linked), `${file} links to ${target}`).to.include(heading);
        }
      });

      it('names folders and files that are there', () => {
        const paths = [...readText(file).matchAll(/`((?:src|test|bench|examples|docs|\.ci)\/[\w./-]*)`/g)];
        for (const [, path] of paths) expect(existsSync(join(ROOT, path!)), `${file} names ${path}`).to.equal(true);
      });

      it('uses npm scripts that there are', () => {
        const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
        const code = [...readText(file).matchAll(/```.*?```|`[^`\n]+`/gs)].map(([text]) => text).join('\n');
        const used = [...code.matchAll(/\bnpm (?:run )?(\w[\w:-]*)/g)].map(([, name]) => name!);
        for (const name of used) {
          if (['ci', 'install', 'pack'].includes(name)) continue;
          expect(scripts, `${file} uses npm ${name}`).to.have.property(name);
        }
      });
    });
  }
});

/** What GitHub makes of the headings of a file. */
function anchorsOf(file: string): string[] {
  return [...readText(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replaceAll(/[^\w\s-]/g, '').replaceAll(' ', '-'),
  );
}

/** The options that `printTraces()` does not share with others. */
function ownPrinterOptions(): object {
  const { only, format, write } = printerOptions();
  return { only, format, write };
}

/** What a cell of an option table says the default is. */
function valueOf(cell: string): unknown {
  if (cell === 'none') return undefined;
  const [, quoted] = /^'(.*)'$/.exec(cell) ?? [];
  return quoted ?? (JSON.parse(cell.replaceAll('_', '')) as unknown);
}

/** Applications to load the README's code into. Each ends by the signal that ends a service; the server waits for it. */
const APPLICATIONS: Record<string, string> = {
  'pid1.cjs': `process.kill = () => true;`,
  // CommonJS, so that the instrumentations patch it without an import hook.
  'service.cjs': `
    const http = require('node:http');
    const logger = require('pino')();
    const server = http.createServer((request, response) => {
      logger.info({ path: request.url }, 'serving');
      response.end();
    });
    server.listen(0, '127.0.0.1', () => {
      http.get({ port: server.address().port, host: '127.0.0.1', path: '/kettle' }, (response) => {
        response.resume().on('end', () => {
          server.close();
          setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50);
          setTimeout(() => {}, 10_000);
        });
      });
    });
  `,
  'job.mjs': `
    import { trace } from '@opentelemetry/api';
    import { logs } from '@opentelemetry/api-logs';
    const telemetry = process.argv[2];
    const store = telemetry && (await import(telemetry)).cache.store();
    trace.getTracer('jobs').startActiveSpan('job', (span) => {
      logs.getLogger('jobs').emit({ body: 'job started' });
      logs.getLogger('jobs').emit({ eventName: 'job.accepted' });
      span.end();
    });
    if (store) await trace.getTracerProvider().getDelegate().forceFlush();
    for (const { name, events } of store?.getFinishedSpans() ?? []) {
      console.log('in the cache:', name, 'with', events.map((event) => event.name).join(', '));
    }
    setTimeout(() => {}, 10_000);
    process.kill(process.pid, 'SIGTERM');
  `,
  'server.mjs': `
    import { createServer } from 'node:http';
    import { trace } from '@opentelemetry/api';
    trace.getTracer('jobs').startSpan('job').end();
    createServer().listen(0, '127.0.0.1', () => console.log('ready'));
  `,
};

interface OtlpSpan {
  name: string;
  events?: { name: string }[];
}

interface OtlpTraces {
  resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** The spans that came, each with the names of its events. */
function spansIn(collector: Receiver): { name: string; events: string[] }[] {
  const bodies = collector.bodiesOf('/v1/traces').map((body) => JSON.parse(body) as OtlpTraces);
  const scopes = bodies.flatMap(({ resourceSpans }) => resourceSpans).flatMap(({ scopeSpans }) => scopeSpans);
  return scopes
    .flatMap(({ spans }) => spans)
    .map(({ name, events = [] }) => ({ name, events: events.map((event) => event.name) }));
}
