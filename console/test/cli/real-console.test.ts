import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect } from 'chai';
import { serveConsole } from '../../src/index.js';
import { userPlaces } from '../../src/processes/registry-folder.js';
import { listRunning, type ConsoleEntry } from '../../src/processes/registry.js';
import { testService, type TestService } from '../service.js';
import { until } from '../until.js';
import { FakeOutput, runCli, type CliResult } from './run-cli.js';

type Served = Awaited<ReturnType<typeof serveConsole>>;

describe('The command line with a real console and real spans', () => {
  let service: TestService;
  let served: Served;
  let entry: ConsoleEntry;
  /** Whether the context manager is this suite's own: a run of several files may have one already. */
  let isOwn: boolean;
  let folder: string;

  const runtime = process.env['XDG_RUNTIME_DIR'];
  function restore(): void {
    if (runtime === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = runtime;
  }

  before(async () => {
    isOwn = context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    // The list of the developer's own consoles stays as it is.
    folder = mkdtempSync(join(tmpdir(), 'real-console-'));
    process.env['XDG_RUNTIME_DIR'] = folder;
    service = testService({ trackOpenSpans: true });
    served = await serveConsole(service.cache, { port: 0, worker: false, announce: false });
    const { origin, hash } = new URL(served.url);
    entry = { pid: process.pid, service: 'shop', url: `${origin}/`, token: hash.slice(1), startedAt: 0 };
    restore();
    order('GET /orders', false);
    order('POST /orders', true);
    service.tracer.startSpan('still open');
    service.logger.emit({ severityNumber: SeverityNumber.WARN, body: 'low memory' });
    await until(async () => (await run('traces', '--json')).stdout.split('\n').length === 3);
  });

  after(async () => {
    restore();
    await served.close();
    await service.shutdown();
    rmSync(folder, { recursive: true });
    if (isOwn) context.disable();
  });

  const run = (...argv: string[]): Promise<CliResult> => runCli(argv, { running: [entry], env: { COLUMNS: '120' } });

  function order(name: string, fails: boolean): void {
    service.tracer.startActiveSpan(name, { kind: SpanKind.SERVER }, (span) => {
      service.logger.emit({
        severityNumber: SeverityNumber.INFO,
        body: 'stock reserved',
        attributes: { sku: '\x1b[31m' },
      });
      service.tracer.startActiveSpan('charge card', (child) => {
        if (fails) {
          child.recordException(new Error('card 7 declined'));
          child.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' });
        }
        child.end();
      });
      span.end();
    });
  }

  it('finds it by the list', async () => {
    const [found, ...more] = await listRunning({
      ...userPlaces(),
      env: { XDG_RUNTIME_DIR: folder },
      home: '',
      tmp: folder,
    });

    expect(found).to.deep.include({ pid: entry.pid, url: entry.url, token: entry.token });
    expect(more).to.deep.equal([]);
  });

  it('lists traces, and the traces of a query', async () => {
    const all = await run('traces');
    const some = await run('traces', 'status', '=', 'error');

    expect(all.code).to.equal(0);
    expect(all.stdout.trim().split('\n')).to.have.length(2);
    expect(all.stderr).to.match(/^received \d+ · kept \d+ since .* · lost 0\n$/);
    expect(some.stdout).to.match(/^\S+ {2}\w{8} {2}POST \/orders .* 2 spans {2}✗ 1 .*\n$/);
    expect(await run('traces', 'name', '=', 'nothing')).to.include({ code: 0, stdout: '' });
  });

  it('says which attribute of a query no span has had', async () => {
    const { stdout, stderr } = await run('traces', 'sku = none', 'or', 'skew = x');

    expect(stdout).to.equal('');
    expect(stderr).to.include('no trace matches').and.to.include('no span has had the attribute skew');
  });

  it('says where a query is wrong', async () => {
    const { code, stderr } = await run('traces', 'status', '=');

    expect(code).to.equal(2);
    expect(stderr).to.match(/\n {2}status =\n {2} +\^\n$/);
  });

  it('shows a trace by the start of its id', async () => {
    const { stdout: line } = await run('traces', 'status = error');
    const { code, stdout } = await run('trace', line.split(/ +/)[1]!);

    expect(code).to.equal(0);
    expect(stdout).to.match(/^trace [0-9a-f]{32} · .* · 2 spans · 1 error · 1 log · shop\n/);
    expect(stdout).to.match(/POST \/orders {2}server\n/);
    expect(stdout).to.include(String.raw`│  INFO  stock reserved  sku=\x1b[31m`);
    expect(stdout).to.match(/└─ charge card {2}✗ card declined\n.*exception {2}Error: card 7 declined\n/);
    expect(stdout).to.match(/\ncritical path · /);
  });

  it('says that a trace is not there', async () => {
    expect((await run('trace', '0'.repeat(32))).stderr).to.match(/^otel-span-cache-console: .*\n$/);
    expect((await run('trace', '0000')).stderr).to.equal(
      'otel-span-cache-console: no kept trace has an id that begins with 0000\n',
    );
  });

  it('shows stacks, in each order and split by an attribute', async () => {
    for (const sort of ['total', 'self', 'calls', 'errors', 'p50', 'p95', 'p99', 'name']) {
      const { code, stdout } = await run('stacks', '--sort', sort);

      expect(code).to.equal(0);
      expect(stdout).to.match(/ {2}POST \/orders server\n.* {4}charge card\n/);
    }
    expect((await run('stacks', '--split', 'sku')).code).to.equal(0);
  });

  it('shows stacks again and again, one over the other in a terminal only', async () => {
    for (const [stdout, again] of [
      [new FakeOutput(true, 80, 24), '\x1b[6A'],
      [new FakeOutput(true, 0, 0), '\x1b[6A'],
      [new FakeOutput(), '\n\n'],
    ] as const) {
      const controller = new AbortController();
      const ended = runCli(['stacks', '--every', '0.2'], { running: [entry], stdout, signal: controller.signal });
      await stdout.shows(again);
      controller.abort();

      expect((await ended).code).to.equal(130);
      expect(stdout.text.endsWith('\x1b[?25h')).to.equal(stdout.isTTY);
    }
  });

  it('lists errors with their stack traces', async () => {
    const { stdout } = await run('errors', '--stacks');

    expect(stdout).to.match(/^ +1 × {2}Error: card .* declined\n/);
    expect(stdout).to.match(/in charge card at .*\n +at /);
  });

  it('lists log lines, with and without a span', async () => {
    const { stdout } = await run('logs');

    expect(stdout).to.match(/INFO {3}\w{8} {2}stock reserved .* in POST \/orders\n/);
    expect(stdout).to.match(/WARN {13}low memory {2}no span \(no_span\)\n/);
  });

  it('lists open spans', async () => {
    const { code, stdout } = await run('open');

    expect(code).to.equal(0);
    expect(stdout).to.match(/^ +\S+ \S+ {2}\w{8} {2}still open\n$/);
  });

  it('writes JSON, one result a line, for each of them', async () => {
    for (const argv of [['traces'], ['stacks'], ['errors'], ['logs'], ['open'], ['ps']]) {
      const { code, stdout } = await run(...argv, '--json');
      const lines = stdout.trim().split('\n');

      expect(code).to.equal(0);
      for (const line of lines) expect(JSON.parse(line)).to.be.an('object');
    }
  });

  it('follows traces as they finish', async () => {
    const controller = new AbortController();
    const stdout = new FakeOutput();
    const ended = runCli(['tail', 'name = "PUT /orders"'], { running: [entry], stdout, signal: controller.signal });
    await until(() => served.stats().watched);
    order('PUT /orders', false);
    await stdout.shows('PUT /orders');
    controller.abort();

    expect((await ended).code).to.equal(130);
    expect(stdout.text.trim().split('\n')).to.have.length(1);
  });

  it('is refused without the right token', async () => {
    const { code, stderr } = await runCli(['traces'], { running: [{ ...entry, token: 'wrong' }] });

    expect(code).to.equal(1);
    expect(stderr).to.match(/ refuses the given token: /);
  });
});
