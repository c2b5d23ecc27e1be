import module from 'node:module';
import { join } from 'node:path';
import workerThreads from 'node:worker_threads';
import { expect } from 'chai';
import { build } from 'esbuild';
import { remoteReceiver, type RemoteReceiver } from '../../src/testing/remote/index.js';
import { traces } from './printed-traces.js';
import { installProject, run, start, type Env, type Project } from './programs.js';

const IMPORT = ['--import', 'otel-span-cache/register'];
const PRINT: Env = { OTEL_SPAN_CACHE_PRINT: '1', OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,express,pino' };

/** Threads are connected from Node.js 20.19 and 22.5 on. */
const CAN_CONNECT = 'postMessageToThread' in workerThreads;

/** For programs that need no instrumentations: without those, they start in a fraction of the time. */
const BARE_PRINT: Env = { OTEL_SPAN_CACHE_PRINT: '1', OTEL_LOG_LEVEL: 'error' };

const SHOP_TRACE = `trace · 3 spans
GET  client
│ url.full=http://127.0.0.1:(port)/orders/7
│ http.response.status_code=200
└─ GET /orders/:id  server  ← remote
   │ http.response.status_code=200
   └─ request handler
        http.route=/orders/:id
        INFO  looking up  id="7"

`;

const JOB_TRACE = `trace · 2 spans
job
└─ step

`;

describe('otel-span-cache/register', function () {
  this.timeout(90_000);

  let bare: Project;
  before(() => (bare = installProject('@opentelemetry/api', '@opentelemetry/sdk-node', 'signal-exit')));
  after(() => bare.remove());

  const runBare = (args: readonly string[], env: Env = {}) =>
    run([...IMPORT, ...args], { ...BARE_PRINT, ...env }, bare.folder);
  const startBare = (args: readonly string[], env: Env = {}) =>
    start([...IMPORT, ...args], { ...BARE_PRINT, ...env }, bare.folder);

  describe('prints the trace of an application without any tracing code', () => {
    const ways: [string, (app: string) => [args: string[], env: Env]][] = [
      ['--import', (app) => [[...IMPORT, app], {}]],
      ['--require', (app) => [['--require', 'otel-span-cache/register', app], {}]],
      ['NODE_OPTIONS with --import', (app) => [[app], { NODE_OPTIONS: '--import otel-span-cache/register' }]],
      ['NODE_OPTIONS with --require', (app) => [[app], { NODE_OPTIONS: '--require otel-span-cache/register' }]],
    ];
    for (const [name, way] of ways) {
      for (const [kind, app] of [
        ['of ES modules', 'shop.mjs'],
        ['in CommonJS', 'shop.cjs'],
      ] as const) {
        it(`${kind}, by ${name}`, async () => {
          const [args, env] = way(app);

          const { code, stdout, stderr } = await run(args, { ...PRINT, ...env });

          expect(traces(stderr)).to.equal(SHOP_TRACE);
          expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
        });
      }
    }

    it('once, if it is loaded twice', async () => {
      const { stderr } = await run([...IMPORT, '--require', 'otel-span-cache/register', 'shop.mjs'], PRINT);

      expect(traces(stderr)).to.equal(SHOP_TRACE);
    });
  });

  for (const app of ['shop.mjs', 'shop.cjs']) {
    it(`returns its cache from getSpanCache() in ${app}`, async () => {
      const env = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' };

      const { stdout, stderr } = await run([...IMPORT, app, 'store'], {
        ...env,
        OTEL_SERVICE_NAME: 'shop',
        OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,pino',
      });

      expect(stdout).to.equal("GET [ 'looking up' ] of shop\nGET [] of shop\n");
      expect(stderr).to.equal('');
    });
  }

  describe('with the variables of the SDK', () => {
    let receiver: RemoteReceiver;
    beforeEach(async () => (receiver = await remoteReceiver()));
    afterEach(() => receiver.close());

    const exportedSpans = (scope: ReturnType<RemoteReceiver['openScope']>) => scope.spans.map(({ name }) => name);

    it('keeps the named exporters, and feeds the cache beside them', async () => {
      const scope = receiver.openScope();

      const { stderr } = await run([...IMPORT, 'shop.mjs'], { ...PRINT, ...receiver.env });

      expect(traces(stderr)).to.equal(SHOP_TRACE);
      expect(exportedSpans(scope)).to.have.members(['GET', 'GET /orders/:id', 'request handler']);
      expect(scope.logs.map(({ body }) => body)).to.deep.equal(['looking up']);
    });

    it('exports to the named endpoint, with any exporter', async () => {
      const scope = receiver.openScope();
      const env = { OTEL_METRICS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };

      for (const protocol of ['http/protobuf', 'http/json']) {
        await runBare(['job.mjs'], { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
      }

      expect(exportedSpans(scope)).to.have.members(['job', 'step', 'job', 'step']);
    });

    it('writes spans to the console, and feeds the cache beside it', async () => {
      const { stdout, stderr } = await runBare(['job.mjs'], { OTEL_TRACES_EXPORTER: 'console' });

      expect(stdout).to.include(`name: 'job'`).and.to.include(`name: 'step'`);
      expect(traces(stderr)).to.equal(JOB_TRACE);
    });

    it('feeds the cache if nothing is exported', async () => {
      const none = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

      const { stderr } = await run([...IMPORT, 'shop.mjs'], { ...PRINT, ...none });

      expect(traces(stderr)).to.equal(SHOP_TRACE);
    });

    it('warns if the SDK lacks the named exporter', async () => {
      const { code, stderr } = await runBare(['job.mjs'], { OTEL_TRACES_EXPORTER: 'otpl', OTEL_LOG_LEVEL: 'warn' });

      expect(code).to.equal(0);
      expect(stderr).to.include(
        'otel-span-cache: no traces reach the cache: the SDK did not set up traces, ' +
          'because OTEL_TRACES_EXPORTER names no known exporter\n',
      );
    });

    it('samples as configured by them', async () => {
      const { stderr } = await runBare(['job.mjs'], { OTEL_TRACES_SAMPLER: 'always_off' });

      expect(stderr).to.equal('');
    });

    for (const [variable, reason] of [
      ['OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER=always_off: no traces are sampled'],
      ['OTEL_SDK_DISABLED', 'OTEL_SDK_DISABLED=true: nothing is traced'],
    ] as const) {
      it(`reports once that ${variable} is the reason why nothing is printed`, async () => {
        const env = { [variable]: variable === 'OTEL_TRACES_SAMPLER' ? 'always_off' : 'true', OTEL_LOG_LEVEL: 'warn' };

        const { stderr } = await runBare(['threads.mjs'], env);

        expect(stderr.split(`otel-span-cache: ${reason}, so `)).to.have.length(2);
      });
    }

    it('records unsampled traces if the program enables it, and exports none of them', async () => {
      const env = { OTEL_TRACES_SAMPLER: 'always_off', OTEL_TRACES_EXPORTER: 'console' };

      const { stdout, stderr } = await runBare(['job.mjs', 'recorded'], env);

      expect(traces(stderr)).to.equal('trace · 2 spans\nrecorded job\n└─ recorded step\n\n');
      expect(stdout).to.equal('');
    });

    it('instruments the listed packages', async () => {
      const { stderr } = await run([...IMPORT, 'shop.mjs'], {
        OTEL_SPAN_CACHE_PRINT: '1',
        OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,express',
        OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'express',
      });

      expect(traces(stderr)).to.match(/^trace · 2 spans\nGET {2}client\n(?:│ .*\n)+└─ GET {2}server/);
      expect(stderr).to.not.include('looking up');
    });

    it('detects the named resources, including cloud resources', async () => {
      const detectors = { OTEL_NODE_RESOURCE_DETECTORS: 'env,container', OTEL_LOG_LEVEL: 'error' };

      const { stdout, stderr } = await run([...IMPORT, 'shop.cjs', 'store'], {
        ...PRINT,
        ...detectors,
        OTEL_SERVICE_NAME: 'detected',
      });

      expect(stdout).to.include('GET [] of detected');
      expect(stderr).to.not.include('Invalid resource detector');
    });

    it('shows the warnings of the instrumentations at the configured level', async () => {
      const wrong = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'htpp', OTEL_LOG_LEVEL: 'error' };

      const { stderr } = await run([...IMPORT, 'job.mjs'], { ...PRINT, ...wrong });

      expect(stderr).to.include('"@opentelemetry/instrumentation-htpp" not found');
    });

    it('records metrics of the cache if the SDK records its own', async () => {
      const metrics = { OTEL_METRICS_EXPORTER: 'console', OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true' };

      const { stdout } = await runBare(['job.mjs'], { ...metrics });

      expect(stdout).to.include('span_cache.');
    });

    it('starts nothing if the SDK is disabled, and the cache stays empty', async () => {
      const { code, stdout, stderr } = await runBare(['job.mjs', 'cache'], { OTEL_SDK_DISABLED: 'TRUE' });

      const { stats, recording } = JSON.parse(stdout) as { stats: { spans: { received: number } }; recording: boolean };
      expect({ code, stderr, received: stats.spans.received, recording }).to.deep.equal({
        code: 0,
        stderr: '',
        received: 0,
        recording: false,
      });
    });
  });

  describe('with variables of the cache', () => {
    it('creates the cache with these options', async () => {
      const options = { OTEL_SPAN_CACHE_TRACK_OPEN_SPANS: 'true' };

      const { stdout } = await runBare(['job.mjs', 'openSpans'], { ...options });

      expect(stdout).to.equal('job\n');
    });

    it('warns of a wrong value, and uses the default', async () => {
      const wrong = { OTEL_SPAN_CACHE_QUEUE_CAPACITY: 'many', OTEL_LOG_LEVEL: '' };

      const { code, stderr } = await runBare(['job.mjs'], wrong);

      expect(code).to.equal(0);
      expect(stderr).to.include(
        `otel-span-cache: OTEL_SPAN_CACHE_QUEUE_CAPACITY must be a positive integer, got 'many' (string); ` +
          'the default is used\n',
      );
      expect(traces(stderr)).to.include(JOB_TRACE);
    });

    it('is silent about a wrong value if OTEL_LOG_LEVEL is ERROR', async () => {
      const wrong = { OTEL_SPAN_CACHE_QUEUE_CAPACITY: 'many', OTEL_LOG_LEVEL: 'ERROR' };

      const { stderr } = await runBare(['job.mjs'], wrong);

      expect(traces(stderr)).to.equal(JOB_TRACE);
    });
  });

  describe('when it prints', () => {
    const printed = async (how: string, env: Env = {}) => {
      const { stderr } = await runBare(['job.mjs', how], { ...env });
      return traces(stderr);
    };

    it('prints nothing by default', async () => {
      const nowhere = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' };

      const { stderr } = await runBare(['job.mjs'], { ...nowhere, OTEL_SPAN_CACHE_PRINT: 'false' });

      expect(stderr).to.equal('');
    });

    it('prints if the variable is set after it was loaded, before the first span starts', async () => {
      const args = [...IMPORT, '--import', './late-variables.mjs', 'job.mjs'];

      const { stderr } = await run(args, { OTEL_LOG_LEVEL: 'error', OTEL_TRACES_EXPORTER: 'none' }, bare.folder);

      expect(traces(stderr)).to.equal(JOB_TRACE);
    });

    it('prints a line of JSON for each trace if configured to', async () => {
      const { stderr } = await runBare(['job.mjs'], { OTEL_SPAN_CACHE_PRINT: 'json', OTEL_SERVICE_NAME: 'jobs' });

      const trace = JSON.parse(stderr) as { service: string; spans: { name: string }[] };
      expect(trace.service).to.equal('jobs');
      expect(trace.spans.map(({ name }) => name)).to.deep.equal(['step', 'job']);
    });

    it('prints only the selected traces', async () => {
      const only = { OTEL_SPAN_CACHE_PRINT_ONLY: 'errors,name=^job$' };

      expect(await printed('end', only)).to.equal('');
      expect(await printed('failing', only)).to.match(/^trace · 2 spans · 1 error\n/);
    });

    it('names the service and the process', async () => {
      const { stderr } = await runBare(['job.mjs'], { OTEL_SERVICE_NAME: 'jobs' });

      expect(stderr).to.match(/^trace \w{32} · 2 spans · .* · jobs · pid \d+\n/);
    });

    it('shows errors', async () => {
      expect(await printed('failing')).to.equal(`trace · 2 spans · 1 error
job  ✗ no such order
│ TypeError: no such order
└─ step

`);
    });

    it('waits for a span that ends soon after its root', async () => {
      expect(await printed('late')).to.equal('trace · 3 spans\njob\n├─ step\n└─ late step\n\n');
    });

    it('prints a span that ends long after its root as a tree of its own', async () => {
      expect((await printed('tooLate')).replace(/parent \w+/, 'parent (id)')).to.equal(`${JOB_TRACE}trace · 1 span
⋯ parent (id) not ended yet, or lost
└─ late step

`);
    });

    it('shows which spans have not ended', async () => {
      expect(await printed('open')).to.equal(`otel-span-cache: spans that have not ended (1):

trace · 2 spans
job  not ended
└─ step

`);
    });

    it('shows spans whose names are not strings, including open ones, and does not affect the end of the program', async () => {
      const { code, stderr } = await runBare(['job.mjs', 'odd']);

      expect(code).to.equal(0);
      expect(traces(stderr)).to.include('trace · 8 spans\njob\n').and.to.include('\n404  not ended\n');
    });

    it('reports the number of lost spans, and the reason', async () => {
      const text = await printed('overload', { OTEL_SPAN_CACHE_QUEUE_CAPACITY: '2' });

      expect(text).to.include('otel-span-cache: not shown: 9 spans (queue_full 9)\n');
    });

    it('uses colours in a pipe if FORCE_COLOR is set', async () => {
      const plain = await runBare(['job.mjs']);
      const coloured = await runBare(['job.mjs'], { FORCE_COLOR: '1' });

      expect(plain.stderr).to.not.include('\x1b[');
      expect(coloured.stderr).to.include('\x1b[1mjob\x1b[0m');
    });
  });

  describe('in worker threads', () => {
    const EVERYTHING = `trace · 4 spans
request
└─ job  ← remote
   │ thread.id=1
   ├─ first step
   │    thread.id=1
   └─ second step
        thread.id=1

`;
    const printed = async (task: string, env: Env = {}) => {
      const { code, stdout, stderr } = await runBare(['pool.mjs', task], env);
      expect(code).to.equal(0);
      return { stdout, text: traces(stderr).replaceAll(/thread\.id=\d+.*/g, 'thread.id=1') };
    };

    it('prints the spans of all threads, each once', async () => {
      const { code, stderr } = await runBare(['threads.mjs']);

      const names = traces(stderr)
        .split('\n')
        .filter((line) => line.endsWith('work'));
      expect(names.toSorted()).to.deep.equal(['main work', 'thread work', 'thread work']);
      expect(code).to.equal(0);
    });

    if (CAN_CONNECT) {
      for (const [when, task] of [
        ['while its worker goes on', 'reply'],
        ['when its worker has ended', 'exit'],
        ['by process.exit(), when its worker has answered', 'exitAll'],
        ['by process.exit(), after a while in which it was blocked', 'blocked'],
      ] as const) {
        it(`prints a trace of several threads as one tree, which ends ${when}`, async () => {
          expect((await printed(task)).text).to.equal(EVERYTHING);
        });
      }

      it('prints a trace of a worker as one tree, although its spans arrive one by one', async () => {
        expect((await printed('own')).text).to.match(/trace · 3 spans\njob\n[^]*first step\n[^]*second step\n/);
      });

      it('keeps a trace together if its part in a worker ends long before the rest', async () => {
        expect((await printed('longRequest')).text).to.equal(EVERYTHING);
      });

      it('prints spans that end in a worker after their trace was printed', async () => {
        const { text } = await printed('afterwards');

        expect(text.match(/^trace · .*$/gm)).to.deep.equal(['trace · 4 spans', 'trace · 1 span']);
        expect(text).to.include('└─ afterwards\n');
      });

      it('delivers the spans of all threads to subscribers in the main thread', async () => {
        const { stdout } = await printed('subscribed');

        expect(stdout.trim().split(',')).to.have.members(['request', 'job', 'first step', 'second step']);
      });

      for (const app of ['connected.mjs', 'connected.cjs']) {
        it(`works the same when the program connects the threads itself, as ${app} does`, async () => {
          const { stdout, stderr } = await runBare([app]);

          expect(stdout.trim().split('\n').toSorted()).to.deep.equal(['duplicates 0', 'receiver false', 'relay false']);
          expect(
            traces(stderr)
              .match(/^.* work$/gm)!
              .toSorted(),
          ).to.deep.equal(['main work', 'thread work']);
        });
      }

      it('shows which spans of a worker have not ended', async () => {
        const { text } = await printed('open');

        expect(text).to.include(
          'otel-span-cache: spans that have not ended (1):\n\ntrace · 1 span\njob  ← remote  not ended\n',
        );
      });

      it('reports once how many spans a worker has lost', async () => {
        const { text } = await printed('overload', { OTEL_SPAN_CACHE_QUEUE_CAPACITY: '2' });

        // The first thread's queue, as small, may lose one too.
        expect(text.match(/relay \d+/g)).to.deep.equal(['relay 8']);
      });

      it('prints the spans of a worker when a signal ends the process', async () => {
        const program = startBare(['pool.mjs', 'forever']);
        await program.printed('ready');

        program.child.kill('SIGTERM');
        const { signal, stderr } = await program.ended;

        expect(signal).to.equal('SIGTERM');
        expect(traces(stderr)).to.include('first step').and.to.include('second step');
      });
    }
  });

  describe('when a request does not end', () => {
    const HANGING = `otel-span-cache: spans that have not ended (3):

trace · 3 spans
GET  client  not ended
│ url.full=http://127.0.0.1:(port)/x
└─ GET  server  ← remote  not ended
   │ url.path=/x
   └─ request handler  not ended
        http.route=/x
        WARN  waiting for a lock  attempt=2

`;
    const cases: [string, string, object][] = [
      ['an error that nobody caught', 'throw', { code: 1, signal: null }],
      ['process.exit()', 'exit', { code: 3, signal: null }],
    ];
    for (const [ending, how, ended] of cases) {
      it(`shows it with its log lines at the end by ${ending}`, async () => {
        const { code, signal, stderr } = await run([...IMPORT, 'crash.mjs', how], PRINT);

        expect({ code, signal }).to.deep.equal(ended);
        expect(traces(stderr)).to.include(HANGING);
      });
    }

    it('shows it, with its log lines, at the end by Ctrl-C', async () => {
      const program = start([...IMPORT, 'crash.mjs', 'hang'], PRINT);
      await program.printed('ready');

      program.child.kill('SIGINT');
      const { signal, stderr } = await program.ended;

      expect(signal).to.equal('SIGINT');
      expect(traces(stderr)).to.equal(HANGING);
    });
  });

  describe('under the permission model', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const flag = major > 23 || (major === 23 && minor >= 5) ? '--permission' : '--experimental-permission';

    it('traces required modules, without the thread of the import hook', async () => {
      const { code, stderr } = await run([flag, '--allow-fs-read=*', ...IMPORT, 'shop.cjs'], PRINT);

      expect(code).to.equal(0);
      expect(traces(stderr)).to.include(SHOP_TRACE);
    });

    if (!('registerHooks' in module)) {
      it('warns that imported modules are not traced', async () => {
        const { stderr } = await run([flag, '--allow-fs-read=*', ...IMPORT, 'shop.mjs'], PRINT);

        expect(stderr).to.include(
          'otel-span-cache: imported ES modules are not instrumented, only required modules are: ' +
            'the import hook needs the flag --allow-worker\n',
        );
      });
    }
  });

  describe('bundled into the program', () => {
    for (const format of ['esm', 'cjs'] as const) {
      it(`shows the spans that the program starts itself, in the format ${format}`, async () => {
        const outfile = join(bare.folder, 'bundled', format === 'esm' ? 'main.mjs' : 'main.cjs');
        const entry = join(bare.folder, 'bundled.mjs');
        await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format, logLevel: 'silent' });

        const { code, stderr } = await run([outfile], BARE_PRINT, bare.folder);

        expect(code).to.equal(0);
        expect(traces(stderr)).to.equal('trace · 1 span\nwork\n\n');
      });
    }
  });

  describe('when the process ends', () => {
    it('prints all ended spans before process.exit() ends it, with the same code', async () => {
      const { code, stderr } = await runBare(['job.mjs', 'exit']);

      expect(code).to.equal(7);
      expect(traces(stderr)).to.equal(JOB_TRACE);
    });

    it('prints all ended spans before an error ends it', async () => {
      const { code, stderr } = await runBare(['job.mjs', 'throw']);

      expect(code).to.equal(1);
      expect(traces(stderr)).to.include(JOB_TRACE).and.to.include('Error: the job failed');
    });

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`exports and prints all ended spans before ${signal} ends it`, async () => {
        const receiver = await remoteReceiver();
        const scope = receiver.openScope();
        const service = startBare(['service.mjs'], { ...receiver.env, OTEL_BSP_SCHEDULE_DELAY: '60000' });
        await service.printed('ready');

        service.child.kill(signal);
        const ended = await service.ended;
        await receiver.close();

        expect(ended).to.include({ code: null, signal });
        expect(traces(ended.stderr)).to.include('request  not ended\n└─ query\n');
        expect(scope.spans.map(({ name }) => name)).to.deep.equal(['query']);
      });
    }

    it('leaves a handled signal to the application, and exports the ended spans', async () => {
      const receiver = await remoteReceiver();
      const scope = receiver.openScope();
      const env = { ...receiver.env, OTEL_BSP_SCHEDULE_DELAY: '60000' };
      const service = startBare(['service.mjs', 'handler'], env);
      await service.printed('ready');

      service.child.kill('SIGTERM');
      await service.printed('closing');
      await scope.waitForSpan('query', { timeoutMillis: 10_000 });
      service.child.kill('SIGUSR2');
      const { code, signal, stderr } = await service.ended;
      await receiver.close();

      expect({ code, signal }).to.deep.equal({ code: 5, signal: null });
      expect(traces(stderr)).to.equal('trace · 2 spans\nrequest\n└─ query\n\n');
    });

    it('does not keep a signal from a package that only cleans up', async () => {
      const service = startBare(['service.mjs', 'signalExit']);
      await service.printed('ready');

      service.child.kill('SIGTERM');
      const { signal, stdout } = await service.ended;

      expect(signal).to.equal('SIGTERM');
      expect(stdout).to.include('cleaned up');
    });
  });

  describe('if a package is not installed', () => {
    for (const [flag, level] of [
      ['--import', ''],
      ['--require', ''],
      ['--import', 'none'],
    ] as const) {
      it(`ends with the command that installs the SDK, loaded by ${flag}, at log level '${level}'`, async () => {
        const project = installProject('@opentelemetry/api');
        const args = [flag, 'otel-span-cache/register', 'job.mjs', 'cache'];

        const ended = await run(args, { OTEL_LOG_LEVEL: level }, project.folder);
        project.remove();

        expect(ended).to.include({ code: 1, stdout: '' });
        expect(ended.stderr).to.match(
          /^otel-span-cache: otel-span-cache\/register needs @opentelemetry\/sdk-node, which is not installed\. Install it:\n\n {2}npm install @opentelemetry\/sdk-node\S* @opentelemetry\/auto-instrumentations-node\S*\n\n$/,
        );
      });
    }

    it("prints once the install command of the instrumentations, and shows the application's own spans", async () => {
      const { code, stderr } = await runBare(['threads.mjs'], { OTEL_LOG_LEVEL: '' });

      expect(code).to.equal(0);
      expect(stderr.match(/npm install @opentelemetry\/auto-instrumentations-node/g)).to.have.length(1);
      expect(stderr).to.include('main work').and.to.include('thread work');
    });
  });

  describe('beside an SDK that was registered before', () => {
    it('reports that, and starts none', async () => {
      const args = ['--import', './own-sdk.mjs', ...IMPORT, 'cache-or-none.mjs'];

      const { code, stdout, stderr } = await run(args);

      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'none\n' });
      expect(stderr).to.equal(
        'otel-span-cache: otel-span-cache/register did not start an SDK, because a tracer provider is registered already; ' +
          'add a SpanCache to that provider\n',
      );
    });
  });

  describe('beside an SDK that the program starts afterwards', () => {
    const SAID =
      'otel-span-cache: the program starts a second OpenTelemetry SDK, which gets no spans because ' +
      'otel-span-cache/register has started one already. Use only one of the two.\n';

    for (const app of ['second-sdk.mjs', 'second-sdk.cjs']) {
      it(`reports once that this SDK receives no spans, and continues, with ${app}`, async () => {
        const { code, stdout, stderr } = await runBare([app], { OTEL_LOG_LEVEL: '' });

        expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'processed 0\n' });
        expect(stderr.split(SAID)).to.have.length(2);
        expect(traces(stderr)).to.include('trace · 1 span\nwork\n');
      });
    }

    it('is silent about it if OTEL_LOG_LEVEL is ERROR', async () => {
      const { stderr } = await runBare(['second-sdk.mjs']);

      expect(stderr).to.not.include('SDK of its own');
    });

    it('returns the answer of the API unchanged, and is silent about an accepted provider', async () => {
      const { stdout, stderr } = await runBare(['own-provider.mjs'], { OTEL_LOG_LEVEL: '' });

      expect(stdout).to.equal('true false\n');
      expect(stderr.split(SAID)).to.have.length(2);
    });
  });
});
