import { spawnSync } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { installProject, start, type Env, type Project, type Running } from './programs.js';

const REGISTER = ['--import', 'otel-span-cache/register'];
const PRINT: Env = { OTEL_SPAN_CACHE_PRINT: '1' };

/** Starts a program as PID 1 of a namespace of its own; empty where this machine does not allow that. */
const AS_PID_1 = [
  ['--pid', '--fork', '--mount-proc', '--kill-child'],
  ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'],
].find((args) => spawnSync('unshare', [...args, 'true']).status === 0);

describe('onProcessEnd()', function () {
  this.timeout(90_000);

  let project: Project;
  before(() => (project = installProject('@opentelemetry/api', '@opentelemetry/sdk-node', 'signal-exit')));
  after(() => project.remove());

  const startService = (args: readonly string[], env: Env): Running =>
    start([...args, 'service.mjs'], { OTEL_LOG_LEVEL: 'error', ...env }, project.folder);

  async function endBy(signal: NodeJS.Signals, service: Running) {
    await service.printed('ready');
    service.child.kill(signal);
    return service.ended;
  }

  describe('of an application that handles the signal', () => {
    for (const handling of ['once', 'on', 'prependOnce']) {
      for (const [when, args] of [
        ['before', ['--import', './graceful.mjs', ...REGISTER]],
        ['after', [...REGISTER, '--import', './graceful.mjs']],
      ] as const) {
        it(`waits for it to end by itself, with its own exit code, with a ${handling} listener added ${when}`, async () => {
          const { code, signal, stdout } = await endBy('SIGTERM', startService(args, { ...PRINT, HANDLING: handling }));

          expect({ code, signal }).to.deep.equal({ code: 3, signal: null });
          expect(stdout).to.include('closing');
        });
      }
    }

    it('ends it at once on a second signal, if it handles only one', async () => {
      const args = ['--import', './graceful.mjs', ...REGISTER];
      const service = startService(args, { ...PRINT, HANDLING: 'once', CLOSING_MILLIS: '60000' });
      await service.printed('ready');
      service.child.kill('SIGTERM');
      await service.printed('closing');

      service.child.kill('SIGTERM');

      expect(await service.ended).to.include({ code: null, signal: 'SIGTERM' });
    });
  });

  describe('if the exporters do not answer', () => {
    let silent: Server;
    let env: Env;
    before(async () => {
      silent = createServer(() => {}).listen(0, '127.0.0.1');
      await new Promise((resolve) => silent.once('listening', resolve));
      env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOG_LEVEL: '',
      };
    });
    after(() => silent.close());

    for (const [signal, millis] of [
      ['SIGINT', 800],
      ['SIGTERM', 4_500],
    ] as const) {
      it(`ends the process by ${signal} after ${millis} ms, and reports the unexported items`, async () => {
        const { code, signal: endedBy, stderr } = await endBy(signal, startService(REGISTER, env));

        expect({ code, endedBy }).to.deep.equal({ code: null, endedBy: signal });
        expect(stderr).to.include(
          `otel-span-cache: the SDK has not shut down within ${millis} ms; not exported: 1 span\n`,
        );
      });
    }

    it('ends the process after the time in the variable', async () => {
      const timeouts = { OTEL_SPAN_CACHE_SIGINT_TIMEOUT_MILLIS: '20', OTEL_SPAN_CACHE_SIGTERM_TIMEOUT_MILLIS: '30' };

      const [byInt, byTerm] = [
        await endBy('SIGINT', startService(REGISTER, { ...env, ...timeouts })),
        await endBy('SIGTERM', startService(REGISTER, { ...env, ...timeouts })),
      ];

      expect([byInt.signal, byTerm.signal]).to.deep.equal(['SIGINT', 'SIGTERM']);
      expect(byInt.stderr).to.include('within 20 ms');
      expect(byTerm.stderr).to.include('within 30 ms');
    });

    it('ends the process at once by a second signal', async () => {
      const slow = { ...env, ...PRINT, OTEL_SPAN_CACHE_SIGINT_TIMEOUT_MILLIS: '60000' };
      const service = startService(REGISTER, slow);
      await service.printed('ready');
      service.child.kill('SIGINT');
      await service.said('not ended');

      service.child.kill('SIGINT');

      expect(await service.ended).to.include({ code: null, signal: 'SIGINT' });
    });
  });

  it('reports items that exporters failed to export', async () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOG_LEVEL: '',
    };

    const { signal, stderr } = await endBy('SIGTERM', startService(REGISTER, env));

    expect(signal).to.equal('SIGTERM');
    expect(stderr).to.include('otel-span-cache: not exported because exporters failed: 1 span\n');
  });

  it('ends a process whose signals to itself have no action, by the code of the signal', async () => {
    const { code } = await endBy('SIGTERM', startService(['--require', './pid1.cjs', ...REGISTER], PRINT));

    expect(code).to.equal(143);
  });

  if (AS_PID_1 !== undefined) {
    it('ends PID 1 by the code of the signal', async () => {
      const args = [...REGISTER, 'service.mjs', 'self'];

      const { code, stdout, stderr } = await start(args, PRINT, project.folder, ['unshare', ...AS_PID_1]).ended;

      expect(code).to.equal(143);
      expect(stdout).to.include('pid 1\n');
      expect(stderr).to.include('spans that have not ended (1)');
    });
  }
});
