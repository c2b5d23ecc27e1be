import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { installProject, run, type Ended, type Env, type Project } from './programs.js';

const ENV: Env = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' };
const NO_AUTO = /^otel-span-cache: @opentelemetry\/auto-instrumentations-node is not installed[^]*?\n\n.*\n\n/gm;

/** A package in the console's place that says when it is loaded, and what it is given. */
const STAND_IN = `
import { threadId } from 'node:worker_threads';
process.stderr.write('loaded\\n');
export async function serveConsole(cache, options) {
  if (options.port === 4999) throw new RangeError('port is taken');
  process.stderr.write('served ' + typeof cache.subscribe + ' ' + JSON.stringify(options) + ' ' + threadId + '\\n');
  cache.subscribe(({ spans }) => process.stderr.write(spans.map(({ name }) => name).join() + '\\n'));
}
export function joinConsole(cache) {
  const subscription = cache.subscribe();
  const send = async () => {
    cache.flush();
    const { spans = [] } = subscription.take() ?? {};
    if (spans.length > 0) process.stderr.write('joined with ' + spans.map(({ name }) => name).join() + '\\n');
  };
  return { forceFlush: send, close: send };
}
`;

function installConsole(folder: string, code = STAND_IN): void {
  const installed = join(folder, 'node_modules/otel-span-cache-console');
  mkdirSync(installed, { recursive: true });
  const manifest = { name: 'otel-span-cache-console', type: 'module', exports: { '.': { default: './index.js' } } };
  writeFileSync(join(installed, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(installed, 'index.js'), code);
}

describe('otel-span-cache/register with OTEL_SPAN_CACHE_CONSOLE', function () {
  this.timeout(90_000);

  let bare: Project;
  let project: Project;
  before(() => {
    bare = installProject('@opentelemetry/api', '@opentelemetry/sdk-node', 'signal-exit');
    project = installProject('@opentelemetry/api', '@opentelemetry/sdk-node', 'signal-exit');
    installConsole(project.folder);
  });
  after(() => {
    bare.remove();
    project.remove();
  });

  async function runIn({ folder }: Project, args: readonly string[], env: Env, way = '--import'): Promise<Ended> {
    const ended = await run([way, 'otel-span-cache/register', ...args], { ...ENV, ...env }, folder);
    // Node 20 and 22 say that an ES module was required.
    const stderr = ended.stderr
      .replaceAll(NO_AUTO, '')
      .replaceAll(/^\(node:.*ExperimentalWarning.*\n|^\(Use `node --trace-warnings.*\n/gm, '');
    return { ...ended, stderr };
  }

  for (const way of ['--import', '--require']) {
    it(`serves the console of its cache, by ${way}`, async () => {
      const { code, stdout, stderr } = await runIn(project, ['job.mjs'], { OTEL_SPAN_CACHE_CONSOLE: '1' }, way);

      expect(stderr).to.equal('loaded\nserved function {} 0\nstep,job\n');
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
    });
  }

  it('passes on a port', async () => {
    const { stderr } = await runIn(project, ['job.mjs'], { OTEL_SPAN_CACHE_CONSOLE: '4390' });

    expect(stderr).to.include('served function {"port":4390} 0\n');
  });

  for (const value of ['', '0', 'false'] as const) {
    it(`loads no file of the console with '${value}'`, async () => {
      const { stderr } = await runIn(project, ['job.mjs'], { OTEL_SPAN_CACHE_CONSOLE: value });

      expect(stderr).to.equal('');
    });
  }

  it('reports the expected values for a wrong one, and loads nothing', async () => {
    const { code, stderr } = await runIn(project, ['job.mjs'], { OTEL_SPAN_CACHE_CONSOLE: 'yes' });

    expect(stderr).to.equal(
      "otel-span-cache: OTEL_SPAN_CACHE_CONSOLE must be true, false or a port from 1 to 65535, got 'yes' (string); the default is used\n",
    );
    expect(code).to.equal(0);
  });

  it('prints the install command if the console is missing, and runs the program', async () => {
    const { code, stdout, stderr } = await runIn(bare, ['job.mjs'], { OTEL_SPAN_CACHE_CONSOLE: '1' });

    expect(stderr).to.equal(
      'otel-span-cache: OTEL_SPAN_CACHE_CONSOLE needs otel-span-cache-console, which is not installed: npm install otel-span-cache-console\n',
    );
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
  });

  it('reports why the console did not start, and runs the program', async () => {
    const { code, stderr } = await runIn(project, ['job.mjs'], { OTEL_SPAN_CACHE_CONSOLE: '4999' });

    expect(stderr).to.match(/^loaded\notel-span-cache: the console did not start: .*port is taken/);
    expect(code).to.equal(0);
  });

  it('survives a console that cannot be loaded', async () => {
    const broken = installProject('@opentelemetry/api', '@opentelemetry/sdk-node', 'signal-exit');
    installConsole(broken.folder, 'throw new Error("broken");');

    const { code, stderr } = await runIn(broken, ['job.mjs'], { OTEL_SPAN_CACHE_CONSOLE: '1' });

    broken.remove();
    expect(stderr).to.match(/^otel-span-cache: the console did not start: .*broken/);
    expect(code).to.equal(0);
  });

  it('finds the console in the folder of the program, started from any folder', async () => {
    const program = join(project.folder, 'job.mjs');

    const { stderr } = await runIn(bare, [program], { OTEL_SPAN_CACHE_CONSOLE: '1' });

    expect(stderr).to.include('served function {} 0\n');
  });

  it('has one console for all threads', async () => {
    const { stderr } = await runIn(project, ['threads.mjs'], { OTEL_SPAN_CACHE_CONSOLE: '1' });

    expect(stderr.match(/served/g)).to.have.length(1);
  });

  it('joins child processes to its console; a child that outlives the program serves one itself', async () => {
    const program = `
      import { spawnSync } from 'node:child_process';
      const child = (env) => spawnSync(process.execPath, [...process.execArgv, 'job.mjs'], { env, encoding: 'utf8' });
      const inherited = child(process.env).stderr;
      const orphaned = child({ ...process.env, OTEL_SPAN_CACHE_CONSOLE_PROCESS: '999999999' }).stderr;
      process.stdout.write(JSON.stringify([inherited, orphaned].map((text) => /served|joined with .*/.exec(text)[0])));`;
    writeFileSync(join(project.folder, 'parent.mjs'), program);

    const { stdout, stderr } = await runIn(project, ['parent.mjs'], { OTEL_SPAN_CACHE_CONSOLE: '1' });

    expect(stderr.match(/served/g)).to.have.length(1);
    expect(stdout).to.equal('["joined with step,job","served"]');
  });

  it('joins an offered console, unless its variable declines', async () => {
    const offered = {
      OTEL_SPAN_CACHE_CONSOLE_PROCESS: String(process.pid),
      OTEL_SPAN_CACHE_CONSOLE_JOIN: 'http://127.0.0.1:1/#token',
    };

    const joined = await runIn(project, ['job.mjs'], offered);
    const declined = await runIn(project, ['job.mjs'], { ...offered, OTEL_SPAN_CACHE_CONSOLE: 'false' });
    const missing = await runIn(bare, ['job.mjs'], offered);

    expect([joined.stderr, declined.stderr, missing.stderr]).to.deep.equal(['loaded\njoined with step,job\n', '', '']);
  });

  it('tracks open spans, and exports nothing to an endpoint where nobody listens', async () => {
    writeFileSync(
      join(project.folder, 'tracks.mjs'),
      `import { getSpanCache } from 'otel-span-cache'; process.stdout.write(String(getSpanCache().tracksOpenSpans));`,
    );
    const unset = { OTEL_TRACES_EXPORTER: '', OTEL_LOGS_EXPORTER: '', OTEL_METRICS_EXPORTER: '' };
    const begun = performance.now();

    const { stdout } = await runIn(project, ['tracks.mjs'], { ...unset, OTEL_SPAN_CACHE_CONSOLE: '1' });
    const { stdout: without } = await runIn(project, ['tracks.mjs'], {});

    expect([stdout, without]).to.deep.equal(['true', 'false']);
    expect(performance.now() - begun).to.be.below(30_000);
  });
});
