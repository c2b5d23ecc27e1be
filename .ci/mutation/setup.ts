import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import type { Context, Test } from 'mocha';

/*
 * What lets a mutant be judged by itself, though many run in one process: the same random values for each, and nothing
 * that goes on while the next one is tried.
 */

// No search for a smaller counterexample: that there is one is enough.
fc.configureGlobal({ seed: 1, endOnFailure: true });

/** A test that failed by an uncaught error may still be waiting for something. */
let running: Promise<unknown> = Promise.resolve();
const watched = new WeakSet<Test>();

function watch(test: Test): void {
  if (watched.has(test)) return;
  watched.add(test);
  const { fn } = test as { fn: (this: Context) => unknown };
  Object.assign(test, {
    fn(this: Context) {
      const result = fn.call(this);
      running = Promise.resolve(result).catch(() => {});
      return result;
    },
  });
}

async function finished(): Promise<void> {
  await Promise.race([running, setTimeout(10_000, undefined, { ref: false })]);
}

export const mochaHooks = {
  beforeEach(this: Context) {
    watch(this.currentTest!);
  },
  afterEach: finished,
  async afterAll() {
    await finished();
    // What the driver had planned.
    await setTimeout(20);
  },
};
