import { expect } from 'chai';
import { type Program, Programs } from './processes.js';
import { until } from '../until.js';

describe('Processes that join a console', function () {
  this.timeout(240_000);

  let programs: Programs;
  beforeEach(() => (programs = new Programs()));
  afterEach(() => programs.end());

  it('are the workers of a cluster, from their first span to their last', async () => {
    const primary = programs.service('cluster.mjs', { OTEL_SERVICE_NAME: 'shop' });
    const shown = await primary.console();

    const workers = await until(
      () => shown.others(),
      (others) => others.length === 2 && others.every(({ state }) => state === 'ended'),
    );

    expect(workers.map(({ service, received, lost }) => ({ service, received, lost }))).to.deep.equal([
      { service: 'shop', received: 500, lost: 0 },
      { service: 'shop', received: 500, lost: 0 },
    ]);
    expect(new Set(workers.map(({ pid }) => pid)).size).to.equal(2);
    expect(primary.stderr.match(/ at http/g)).to.have.length(1);
  });

  it('are children of each kind, in the traces of their parent', async () => {
    const parent = programs.service('parent.mjs');
    const shown = await parent.console();

    await parent.writes(/signal .*\n/);
    const { rows } = await until(
      () =>
        shown.ask<{ rows: { name: string; traceId: string }[] }>('traces?query=' + encodeURIComponent('name = child')),
      (answer) => new Set(answer.rows.map(({ traceId }) => traceId)).size === 3,
    );

    expect(parent.stdout).to.equal('fork 0 null\nspawn 0 null\nsignal null SIGTERM\n');
    for (const traceId of new Set(rows.map((row) => row.traceId))) {
      const { spans } = await until(
        () => shown.ask<{ spans: { name: string; process: number }[] }>(`trace/${traceId}`),
        (trace) => trace.spans.length === 2,
      );
      expect(new Set(spans.map((span) => span.process)).size).to.equal(2);
    }
  });

  it('find a console that was started alone, and one that comes after it', async () => {
    const service = programs.fixture('joins.mjs');
    await service.writes(/ready/);
    service.say('spans 5');
    const first = programs.listen('--port', '4391', '--otlp-port', '4392');
    const shown = await first.console();
    await until(
      () => shown.others(),
      ([process]) => process?.received === 5,
    );

    await first.kill('SIGKILL');
    service.say('spans 7');
    const second = programs.listen('--port', '4393', '--otlp-port', '4392');
    const again = await second.console();

    await until(
      () => again.others(),
      ([process]) => process?.received === 7,
    );
    service.say('stats');
    const [stats] = await service.writes(/\{.*\}/);
    expect(JSON.parse(stats)).to.deep.include({ connected: true, sent: 12, lost: 0 });
  });

  it('end at once, with what waited, when they have nothing more to do', async () => {
    const shown = await programs.listen('--port', '4394', '--otlp-port', '4395').console();
    const service = programs.fixture('joins.mjs');
    await until(
      () => shown.others(),
      (others) => others.length === 1,
    );

    service.say('spans 1000\nend');
    const code = await service.ended();

    expect([code, service.stderr]).to.deep.equal([0, '']);
    expect(waitedMillis(service)).to.be.below(1_000);
    await until(
      () => shown.others(),
      ([process]) => process?.received === 1_000 && process.state === 'ended',
    );
  });

  it('end without a console as if there were no such thing', async () => {
    const service = programs.fixture('joins.mjs');
    await service.writes(/ready/);

    service.say('spans 1000\nend');

    const code = await service.ended();

    expect([code, service.stderr]).to.deep.equal([0, '']);
    expect(waitedMillis(service)).to.be.below(500);
  });

  it('end within a second of a console that does not answer', async () => {
    const listening = programs.listen('--port', '4396', '--otlp-port', '4397');
    const shown = await listening.console();
    const service = programs.fixture('joins.mjs');
    await until(
      () => shown.others(),
      (others) => others.length === 1,
    );

    listening.signal('SIGSTOP');
    service.say('spans 1000\nend');
    const code = await service.ended();

    expect([code, service.stderr]).to.deep.equal([0, '']);
    expect(waitedMillis(service)).to.be.within(500, 1_500);
  });

  it('are noticed to be gone when they are killed', async () => {
    const shown = await programs.listen('--port', '4398', '--otlp-port', '4399').console();
    const service = programs.fixture('joins.mjs');
    await until(
      () => shown.others(),
      ([process]) => process?.state === 'connected',
    );

    await service.kill('SIGKILL');

    await until(
      () => shown.others(),
      ([process]) => process?.state === 'ended',
    );
  });
});

/** For how long a process had nothing to do between the order to end and its exit, however busy the machine was. */
function waitedMillis({ stdout }: Program): number {
  return Number(/^waited (\d+)$/m.exec(stdout)?.[1]);
}

describe('otel-span-cache-console listen', function () {
  this.timeout(180_000);

  let programs: Programs;
  beforeEach(() => (programs = new Programs()));
  afterEach(() => programs.end());

  it('takes OTLP, says where, and ends when it is interrupted', async () => {
    const listening = programs.listen('--port', '4386', '--otlp-port', '4387');
    const shown = await listening.console();
    const [, otlp] = await listening.writes(/takes OTLP at (\S+)/, 'stderr');
    const span = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), name: 'GET /' };

    const answer = await fetch(`${otlp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
    });

    expect([otlp, answer.status]).to.deep.equal(['http://127.0.0.1:4387', 200]);
    await until(
      () => shown.others(),
      ([process]) => process?.received === 1,
    );
    expect(listening.stderr).to.match(/^otel-span-cache-console: listen at http:\S+ · takes OTLP at \S+\n$/);
    listening.signal('SIGINT');
    await listening.ended();
    expect(listening.stdout).to.equal('');
  });

  it('writes its addresses as a line of JSON to standard output, with --json', async () => {
    const listening = programs.listen('--port', '4386', '--otlp-port', '4387', '--json');

    const [line] = await listening.writes(/^.*\n/);
    const { url, ...others } = JSON.parse(line) as { url: string; pid: number };
    listening.signal('SIGINT');
    await listening.ended();

    expect(url).to.match(/^http:\/\/127\.0\.0\.1:4386\/#[\w-]{32}$/);
    expect(others).to.deep.equal({ service: 'listen', pid: others.pid, otlpUrl: 'http://127.0.0.1:4387' });
    expect([listening.stdout, listening.stderr]).to.deep.equal([line, '']);
  });

  it('says that the port for OTLP is taken', async () => {
    const first = programs.listen('--port', '4388', '--otlp-port', '4389');
    await first.console();

    const second = programs.listen('--port', '4390', '--otlp-port', '4389');
    const code = await second.ended();

    expect(code).to.equal(1);
    expect(second.stderr).to.match(/cannot take OTLP on port 4389.*EADDRINUSE/);
  });
});
