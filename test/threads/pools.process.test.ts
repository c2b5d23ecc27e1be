import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { ThreadStats } from '../../src/threads/index.js';

const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));

/** Gives jobs to a pool of two threads, with the built package. Rejects if the program does not end. */
async function run(pool: string, jobs: number, millis: number): Promise<{ spans: string[]; threads: ThreadStats[] }> {
  const args = ['pool.mjs', pool, String(jobs), String(millis)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: FIXTURES, timeout: 60_000 });
  return JSON.parse(stdout) as { spans: string[]; threads: ThreadStats[] };
}

describe('Spans of a pool whose threads sleep between jobs', function () {
  this.timeout(70_000);

  for (const pool of ['piscina', 'tinypool']) {
    for (const [what, jobs, millis] of [
      ['each job', 6, 0],
      ['each job that has waited for something', 6, 5],
      ['many jobs, in which no thread came to its event loop', 1_000, 0],
    ] as const) {
      it(`of ${pool} have arrived after ${what}, and no flush waits for a sleeping thread`, async () => {
        const { spans, threads } = await run(pool, jobs, millis);

        expect(spans.toSorted()).to.deep.equal(Array.from({ length: jobs }, (_, i) => `job ${i + 1}`).toSorted());
        const lost = threads.map(({ dropped, unsent, invalid }) => dropped + unsent + invalid);
        expect(lost).to.deep.equal([0, 0]);
      });
    }
  }
});
