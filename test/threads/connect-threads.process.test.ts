import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));

/** Runs a program to its end, with the built package. Rejects if it does not end. */
async function run(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: FIXTURES, timeout: 30_000 });
  return stdout;
}

describe('connectThreads() in a process', function () {
  this.timeout(60_000);

  for (const [what, ...args] of [
    ['imported by each thread', '--import', './telemetry.mjs', '--import', './print.mjs', 'app.mjs'],
    ['required by each thread', '--require', './telemetry.cjs', '--require', './print.cjs', 'app.cjs'],
  ] as const) {
    it(`combines the spans of an application without code for it, ${what}`, async () => {
      const { role, spans, states } = JSON.parse(await run(...args)) as {
        role: string;
        spans: [string, number][];
        states: string[];
      };

      expect(role).to.equal('receiver');
      expect(spans.map(([name]) => name)).to.have.members(['main', 'worker', 'worker']);
      expect(new Set(spans.map(([, threadId]) => threadId)).size).to.equal(3);
      expect(states).to.deep.equal(['ended', 'ended']);
    });
  }

  it('keeps neither the process nor a worker alive', async () => {
    const printed = await run('idle.mjs');

    expect(printed.trim().split('\n')).to.have.members(['relay false', 'worker 0', 'receiver 1']);
  });

  it('does not keep the process alive for an unreferenced worker', async () => {
    expect(await run('unref.mjs')).to.equal('connected\n');
  });

  it('has the last spans of a worker when the process exits, even without time to receive them before', async () => {
    const { spans } = JSON.parse(
      await run('--import', './telemetry.mjs', '--import', './print.mjs', 'blocked.mjs'),
    ) as { spans: [string, number][] };

    expect(spans.map(([name]) => name)).to.deep.equal(['worker']);
  });
});
