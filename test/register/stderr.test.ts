import { openSync, closeSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:process';
import { expect } from 'chai';
import { cleanEnvironment } from '../environment.js';
import { installProject, type Project } from './programs.js';

const ENV = { ...cleanEnvironment('NO_COLOR'), OTEL_SPAN_CACHE_PRINT: '1', OTEL_LOG_LEVEL: 'error' };

describe('Standard error', function () {
  this.timeout(90_000);

  let project: Project;
  before(() => (project = installProject('@opentelemetry/api', '@opentelemetry/sdk-node', 'signal-exit')));
  after(() => project.remove());

  /** Runs a program, of whose standard error at most a few characters are read; returns how it ended. */
  async function runUnread(args: readonly string[], stderr: 'pipe' | number) {
    const child = spawn(process.execPath, ['--import', 'otel-span-cache/register', ...args], {
      cwd: project.folder,
      env: ENV,
      stdio: ['ignore', 'pipe', stderr],
      timeout: 60_000,
    });
    let stdout = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    if (stderr === 'pipe') child.stderr!.once('data', () => child.stderr!.destroy());
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout };
  }

  for (const program of [['job.mjs', 'many'], ['unread-worker.mjs']]) {
    it(`may lose its reader, and ${program.join(' ')} goes on`, async () => {
      expect(await runUnread(program, 'pipe')).to.deep.equal({ code: 0, stdout: 'done\n' });
    });

    if (platform === 'linux') {
      it(`may be a full disk, and ${program.join(' ')} goes on`, async () => {
        const full = openSync('/dev/full', 'w');

        const ended = await runUnread(program, full);
        closeSync(full);

        expect(ended).to.deep.equal({ code: 0, stdout: 'done\n' });
      });
    }
  }
});
