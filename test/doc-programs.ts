import { expect } from 'chai';
import type { Receiver } from './receiver.js';
import { run as runProgram, start } from './register/programs.js';

/* Programs for the set-ups that the documentation shows, and how to see what those set-ups export. */

/** Programs to load a set-up into. Each ends by itself or by the signal that ends a service; the server waits for it. */
export const APPLICATIONS: Record<string, string> = {
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
    trace.getTracer('jobs').startActiveSpan('job', (span) => {
      logs.getLogger('jobs').emit({ body: 'job started' });
      logs.getLogger('jobs').emit({ eventName: 'job.accepted' });
      span.end();
    });
  `,
  // The same, ended by a signal. Prints what the cache of a set-up has: its file is the argument.
  'killed-job.mjs': `
    import { trace } from '@opentelemetry/api';
    const telemetry = process.argv[2];
    const store = telemetry && (await import(telemetry)).cache.store();
    await import('./job.mjs');
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

/** Runs a program to its end, which must be the expected one; returns what it printed. */
export async function runTo(
  ending: 0 | 'SIGTERM',
  args: readonly string[],
  { folder, collector, env = {} }: { folder: string; collector: Receiver; env?: Record<string, string> },
): Promise<string> {
  const { code, signal, stdout, stderr } = await runProgram(
    args,
    { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env },
    folder,
  );
  expect(signal ?? code, stdout + stderr).to.equal(ending);
  return stdout + stderr;
}

/** Tests that programs with this set-up end well: by themselves, by a signal, and as PID 1. */
export function itEndsWell(telemetry: string, project: () => { folder: string; collector: Receiver }): void {
  it(`${telemetry} lets a program end by itself`, async () => {
    await runTo(0, ['--import', `./${telemetry}`, 'job.mjs'], project());
  });

  it(`${telemetry} lets one SIGTERM end a server, also where no collector listens`, async () => {
    const nowhere = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TIMEOUT: '1000' };
    const server = start(['--import', `./${telemetry}`, 'server.mjs'], nowhere, project().folder);
    await server.printed('ready');

    server.child.kill('SIGTERM');

    expect(await server.ended).to.include({ code: null, signal: 'SIGTERM' });
  });

  it(`${telemetry} ends a server whose signals to itself have no action, as for PID 1`, async () => {
    const { folder, collector } = project();
    const args = ['--require', './pid1.cjs', '--import', `./${telemetry}`, 'server.mjs'];
    const server = start(args, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, folder);
    await server.printed('ready');

    server.child.kill('SIGTERM');

    expect(await server.ended).to.include({ code: 143, signal: null });
  });
}

interface OtlpSpan {
  name: string;
  events?: { name: string }[];
}

interface OtlpTraces {
  resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** The spans that a collector received, each with the names of its events. */
export function spansIn(collector: Receiver): { name: string; events: string[] }[] {
  const bodies = collector.bodiesOf('/v1/traces').map((body) => JSON.parse(body) as OtlpTraces);
  const scopes = bodies.flatMap(({ resourceSpans }) => resourceSpans).flatMap(({ scopeSpans }) => scopeSpans);
  return scopes
    .flatMap(({ spans }) => spans)
    .map(({ name, events = [] }) => ({ name, events: events.map((event) => event.name) }));
}
