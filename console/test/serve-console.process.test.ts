import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { cleanEnvironment } from '../../test/environment.js';

const SERVED = fileURLToPath(new URL('fixtures/served.mjs', import.meta.url));

describe('serveConsole(), as it was built', function () {
  this.timeout(90_000);

  let home: string;
  before(() => (home = mkdtempSync(join(tmpdir(), 'otel-span-cache-console-'))));
  after(() => rmSync(home, { recursive: true, force: true }));

  /** Runs the service to its end, and returns what it has found. */
  async function run(way: string, args: readonly string[] = [], env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [...args, SERVED, way], {
      env: { ...cleanEnvironment(), XDG_RUNTIME_DIR: home, HOME: home, ...env },
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (text) => (output[name] += String(text)));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect({ code, signal, stderr: output.stderr }).to.deep.equal({ code: 0, signal: null, stderr: '' });
    return JSON.parse(output.stdout) as Record<string, unknown>;
  }

  it('shows a span of the service, masked, and closes', async () => {
    const found = await run('trace');

    expect(found).to.deep.equal({
      name: 'POST /orders',
      attributes: { 'http.route': '/orders', password: '[masked]' },
      complete: true,
      spans: 1,
      lost: 0,
      closed: true,
      sent: 1,
    });
  });

  it('does the same without a worker', async () => {
    const found = await run('here');

    expect(found).to.deep.include({ name: 'POST /orders', workers: 0 });
    expect(found['attributes']).to.deep.equal({ 'http.route': '/orders', password: '[masked]' });
  });

  it('does not keep the process alive', async () => {
    expect(await run('idle')).to.equal('idle');
  });

  it('loads nothing in its thread that the service was started with', async () => {
    const code = 'import { threadId } from "node:worker_threads"; if (threadId > 0) process.stderr.write("loaded");';
    const preload = `data:text/javascript,${encodeURIComponent(code)}`;

    expect(await run('idle', ['--import', preload], { NODE_OPTIONS: `--import "${preload}"` })).to.equal('idle');
  });

  it('restarts the worker when it has died, and reports that the history is lost', async () => {
    expect(await run('killed')).to.deep.equal({
      restarts: [1, 1],
      told: true,
      isNewEpoch: true,
      names: ['after'],
      said: 2,
      closed: false,
    });
  });

  it('announces its addresses as one line of JSON for run --json', async () => {
    const { said, ...addresses } = await run('json', [], { OTEL_SPAN_CACHE_CONSOLE_ANNOUNCE: 'json' });

    expect((said as string[]).map((line) => JSON.parse(line) as object)).to.deep.equal([
      { service: 'served', ...addresses },
    ]);
  });

  it('is listed under the name in the spans of the service, also after a restart of the worker', async () => {
    expect(await run('named')).to.deep.equal({
      before: { service: 'served', others: [], mode: '600' },
      after: { service: 'shop', startName: 'served', others: [], mode: '600' },
      restarted: 'shop',
      left: 0,
    });
  });

  it('counts a restart when it happens, not while it waits for the end of the minute', async () => {
    const { workers, restarts, last } = await run('killedOften');

    expect({ workers, restarts }).to.deep.equal({ workers: 4, restarts: 3 });
    expect(last).to.match(/it starts again in \d+ s/);
  });

  it('reports the spans that ended between two workers', async () => {
    const { host, lost } = await run('lostBetween');

    expect(host).to.equal(1);
    expect(lost).to.deep.include({ worker: 1, feed: 0, total: 1 });
  });

  it('stays what it is when its port was taken meanwhile: the token, the entry in the list, the line it says', async () => {
    expect(await run('moved')).to.deep.equal({
      hasMoved: true,
      sameToken: true,
      entries: [true],
      joined: true,
      announced: 1,
      sameOtlp: true,
      restarts: 1,
      role: 'control',
      left: 0,
    });
  });

  it('says why it could not start again, and starts when the reason is gone', async () => {
    const { protocol, reason } = await run('otlpTaken');

    expect(protocol).to.equal(1);
    expect(reason).to.have.length(1);
    expect((reason as string[])[0]).to.match(
      /^otel-span-cache-console: the console has ended .*: the console cannot take OTLP on port \d+: listen EADDRINUSE/,
    );
  });

  it('answers while the event loop of the service is blocked, and says so', async () => {
    const { first, answers, slowest, open } = await run('blocked');

    expect(first).to.be.below(600);
    expect(answers).to.be.above(3);
    expect(slowest).to.be.below(1_000);
    expect(open).to.deep.equal(['stuck']);
  });

  it('sends the last spans when the cache is shut down, and closes', async () => {
    expect(await run('shutdown')).to.deep.equal({ sent: 1, inFlight: 0 });
  });

  it('takes spans only while somebody looks, with keep: watched', async () => {
    expect(await run('watched')).to.deep.equal({ before: false, watched: true });
  });

  it('rejects where it cannot listen, and for a wrong option', async () => {
    const messages = (await run('refused')) as unknown as string[];

    expect(messages[0]).to.match(/cannot listen/);
    expect(messages[1]).to.match(/^unknown option 'prot'/);
  });
});
