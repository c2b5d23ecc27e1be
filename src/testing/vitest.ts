/**
 * Set-up file for vitest that runs each test in a scope of its own, concurrent tests included, and adds matchers and a
 * snapshot serializer.
 *
 * ```js
 * // vitest.config.js
 * test: { setupFiles: ['otel-span-cache/testing/vitest'] }
 * ```
 *
 * In a test, and in its `beforeEach` and `afterEach`, `currentScope()` returns its scope. Vitest before 4.1 has no
 * `aroundEach`: there the file only adds the matchers and the serializer; wrap each test in `traced()`.
 *
 * @module otel-span-cache/testing/vitest
 */
/** @ts-ignore: only there with vitest */
import * as vitest from 'vitest';
import type { TraceScope } from './capture/trace-scope.js';
import { traceMatchers, type TraceMatchers } from './runners/matchers.js';
import { runTest, scopeHere, tracedBy, type TracedTest } from './runners/shared-tracing.js';
import { traceTreeSerializer } from './snapshot/index.js';

export { traceMatchers, type TraceMatchers } from './runners/matchers.js';
export type { EmitOptions } from './runners/emit-options.js';
export type { TracedTest } from './runners/shared-tracing.js';

declare global {
  namespace Chai {
    // Vitest's `expect()` returns this type. Its interface `Matchers` cannot be extended, because its type parameters
    // differ between versions 3, 4 and 5, and every declaration of an interface must repeat them.
    interface Assertion extends TraceMatchers {}
  }
}

interface Vitest {
  readonly expect: { extend(matchers: object): void; addSnapshotSerializer(serializer: object): void };
  aroundEach?(around: (test: () => Promise<void>, context: VitestContext) => Promise<void>): void;
}

interface VitestContext {
  readonly task?: { readonly name: string };
}

const runner = vitest as unknown as Vitest;
runner.expect.extend(traceMatchers);
runner.expect.addSnapshotSerializer(traceTreeSerializer);
runner.aroundEach?.((test, { task }) => runTest(task?.name, test));

/**
 * The scope of the test that is running.
 *
 * @throws Error outside tests, in `beforeAll` and `afterAll`, and without the set-up file
 */
export function currentScope(): TraceScope {
  return scopeHere(
    runner.aroundEach === undefined
      ? `This vitest has no aroundEach, which needs 4.1. Write it('…', traced(async (scope) => { … })), with traced() from
otel-span-cache/testing/vitest.`
      : `With vitest, a setup file opens a scope for each test. In vitest.config, add
test: { setupFiles: ['otel-span-cache/testing/vitest'] }.`,
  );
}

/**
 * Wraps a test so that it runs in a scope of its own, for vitest before 4.1. From 4.1 on, each test already has a
 * scope, and the wrapped test receives that one.
 *
 * ```ts
 * it('charges', traced(async (scope) => {
 *   await checkout(order);
 *   expect(scope).toHaveSpan({ name: 'charge' });
 * }));
 * ```
 *
 * Vitest's arguments come after the scope, but without fixtures of `test.extend()`: vitest finds those fixtures by the
 * names of the test's parameters, which the wrapper hides.
 */
export function traced<A extends unknown[]>(test: TracedTest<A>): (...args: A) => Promise<void> {
  if (runner.aroundEach !== undefined) return async (...args) => void (await test(currentScope(), ...args));
  return tracedBy(test, ([context]) => (context as VitestContext | undefined)?.task?.name);
}
