import { setImmediate as tick } from 'node:timers/promises';
import type { BenchCase } from '../case.js';
import { alternate, type Variant } from '../measure/alternate.js';
import { differences } from '../measure/statistics.js';
import type { Test } from './testing/tests.js';

/*
 * Measures how long it takes to read and assert on the spans of a test. The test has 20 spans in one trace and one
 * assertion, and is written in two ways:
 *
 * - with `traceTesting()`: `run()`, then `assertTrace()`
 * - with SimpleSpanProcessor and InMemorySpanExporter: `reset()`, `forceFlush()`, `getFinishedSpans()`, then the same
 *   asserted by chai
 *
 * Compares the times that these add to the same code with a provider without processors.
 */

const TESTS_PER_ROUND = 50;

export const testing: BenchCase = {
  name: 'testing',
  rows: [
    {
      id: 'testing-cpu',
      what: 'test of 20 spans with `traceTesting()`, above the code under test: CPU time',
      against: '`SimpleSpanProcessor`, `InMemorySpanExporter` and `forceFlush()`',
      unit: 'ns',
      bar: { limit: 1 },
    },
    {
      id: 'testing-elapsed',
      what: 'the same: elapsed time',
      against: '`SimpleSpanProcessor`, `InMemorySpanExporter` and `forceFlush()`',
      unit: 'ns',
      bar: { limit: 1 },
    },
  ],
  guarded: false,
  processes: 1,
  timeShare: 2,
  async measure(millis) {
    // Imported here, so that the processes of other cases do not load the test tools.
    const { startTests } = await import('./testing/tests.js');
    const { tests, stop } = startTests();
    const compare = async (variantOf: (test: Test) => Variant) => {
      const times = await alternate(tests.map(variantOf), { count: TESTS_PER_ROUND, millis: millis / 2 });
      const [here, inMemory, code] = times;
      return { ours: differences(here!, code!), theirs: differences(inMemory!, code!) };
    };
    const samples = { 'testing-cpu': await compare(cpuTime), 'testing-elapsed': await compare(elapsedTime) };
    await stop();
    return { samples };
  },
};

function cpuTime(test: Test): Variant {
  return { run: (count) => runTests(test, count) };
}

function elapsedTime(test: Test): Variant {
  return {
    async run(count) {
      const start = performance.now();
      await runTests(test, count);
      return (performance.now() - start) * 1e6;
    },
  };
}

async function runTests(test: Test, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await test();
    // Test runners start the next test in a separate task.
    await tick();
  }
}
