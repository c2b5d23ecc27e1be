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

  it('receives everything printed at the end, even if its reader pauses', async () => {
    const command =
      '"$0" --import otel-span-cache/register job.mjs large 2>&1 >/dev/null | (head -c 1; sleep 0.5; cat)';
    const child = spawn('sh', ['-c', command, process.execPath], { cwd: project.folder, env: ENV, timeout: 60_000 });
    let read = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (read += text));
    await once(child, 'close');

    expect(read.match(/never ends {2}not ended/g)).to.have.length(1_000);
  });

  for (const program of [['job.mjs', 'many'], ['unread-worker.mjs']]) {
    it(`may lose its reader, and ${program.join(' ')} continues`, async () => {
      expect(await runUnread(program, 'pipe')).to.deep.equal({ code: 0, stdout: 'done\n' });
    });

    if (platform === 'linux') {
      it(`may be a full disk, and ${program.join(' ')} continues`, async () => {
        const full = openSync('/dev/full', 'w');

        const ended = await runUnread(program, full);
        closeSync(full);

        expect(ended).to.deep.equal({ code: 0, stdout: 'done\n' });
      });
    }
  }
});
