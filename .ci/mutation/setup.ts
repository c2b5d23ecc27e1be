import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import type { Context, Test } from 'mocha';
import { mochaHooks } from '../../test/hooks.js';

/*
 * The first test file. Not required by mocha: Stryker activates a mutant of code that runs at import only when it loads
 * the test files, so nothing of `src/` may be imported before.
 *
 * Isolates mutants that run in the same process: each one gets the same random values, and no work of one continues
 * while the next one is tested.
 */

// Any counterexample is enough, so it is not shrunk.
fc.configureGlobal({ seed: 1, endOnFailure: true });

/** The current test. It may still be running after it has failed with an uncaught error. */
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

beforeEach(function () {
  watch(this.currentTest!);
});

afterEach(mochaHooks.afterEach);
afterEach(finished);

after(async () => {
  await finished();
  // Until the pending timers of the driver have fired.
  await setTimeout(20);
});
