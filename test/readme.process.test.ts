import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';
import { Receiver } from './receiver.js';
import { run as program, start } from './register/programs.js';

const README = new DocPage('README.md');

describe('README', () => {
  describe('code', function () {
    this.timeout(60_000);

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
});

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
