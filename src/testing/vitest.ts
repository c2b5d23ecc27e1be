/**
 * Each test of vitest as a scope of its own, concurrent tests included; matchers for its spans; traces in snapshots.
 *
 * ```js
 * // vitest.config.js
 * test: { setupFiles: ['otel-span-cache/testing/vitest'] }
 * ```
 *
 * In the test, and in its `beforeEach` and `afterEach`, `currentScope()` is its scope. Before 4.1, vitest has
 * no `aroundEach`: the matchers are there, and a test becomes a scope by `traced()`.
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
    // Vitest's `expect()` returns this type. Its own interface `Matchers` has other type parameters in each of its
    // versions 3, 4 and 5, and all declarations of an interface must repeat them.
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
 * @throws Error where no test runs as a scope: outside of tests, in `beforeAll` and `afterAll`, and without the set-up
 */
export function currentScope(): TraceScope {
  return scopeHere(
    runner.aroundEach === undefined
      ? `This vitest has no aroundEach, which 4.1 brings: write it('…', traced(async (scope) => { … })), with traced() of
otel-span-cache/testing/vitest.`
      : `With vitest, the setup file makes each test a scope: in vitest.config,
test: { setupFiles: ['otel-span-cache/testing/vitest'] }.`,
  );
}

/**
 * A test that runs as a scope of its own, also in a vitest that has no `aroundEach`. In one that has, each test is a
 * scope already, and gets that one.
 *
 * ```ts
 * it('charges', traced(async (scope) => {
 *   await checkout(order);
 *   expect(scope).toHaveSpan({ name: 'charge' });
 * }));
 * ```
 *
 * Vitest's own arguments come after the scope, but without fixtures of `test.extend()`, which vitest finds by the names
 * of the test's parameters.
 */
export function traced<A extends unknown[]>(test: TracedTest<A>): (...args: A) => Promise<void> {
  if (runner.aroundEach !== undefined) return async (...args) => void (await test(currentScope(), ...args));
  return tracedBy(test, ([context]) => (context as VitestContext | undefined)?.task?.name);
}
