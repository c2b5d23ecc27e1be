/**
 * Matchers for jest, and for runners with an `expect.extend()` like jest's; traces in snapshots.
 *
 * ```js
 * // jest.config.js
 * setupFilesAfterEnv: ['otel-span-cache/testing/jest']
 * ```
 *
 * Without global `expect`: `expect.extend(traceMatchers)` and `expect.addSnapshotSerializer(traceTreeSerializer)`.
 * Jest has no hook around a test in which a scope could be opened, and an async context entered in `beforeEach` does
 * not reach the test: make the test a scope by `traced()`, or run its code by `traceTesting().run()`.
 *
 * @module otel-span-cache/testing/jest
 */
import type { TraceScope } from './capture/trace-scope.js';
import { traceMatchers, type TraceMatchers } from './runners/matchers.js';
import { scopeHere, tracedBy, type TracedTest } from './runners/shared-tracing.js';
import { traceTreeSerializer } from './snapshot/index.js';

export { traceMatchers, type TraceMatchers } from './runners/matchers.js';
export type { EmitOptions } from './runners/emit-options.js';
export type { TracedTest } from './runners/shared-tracing.js';

declare global {
  namespace jest {
    // The type parameters of jest's own declaration.
    interface Matchers<R, T = {}> extends TraceMatchers<R> {}
  }
}

/** @ts-ignore: only there with jest */
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends TraceMatchers<R> {}
}

/** The part of the global `expect` that is used here. */
interface JestExpect {
  extend?(matchers: object): void;
  addSnapshotSerializer?(serializer: object): void;
  getState?(): { readonly currentTestName?: string };
}

const { expect } = globalThis as { expect?: JestExpect };
expect?.extend?.(traceMatchers);
expect?.addSnapshotSerializer?.(traceTreeSerializer);

/**
 * The scope of the test that is running.
 *
 * @throws Error where no test runs as a scope: outside of tests, in hooks, and in a test without `traced()`
 */
export function currentScope(): TraceScope {
  return scopeHere(`Jest has no hook that could make each test a scope: write it('…', traced(async (scope) => { … })), with traced() of
otel-span-cache/testing/jest.`);
}

/**
 * A test of jest that runs as a scope of its own, `it.concurrent()` included.
 *
 * ```ts
 * it('charges', traced(async (scope) => {
 *   await checkout(order);
 *   expect(scope).toHaveSpan({ name: 'charge' });
 * }));
 * ```
 *
 * Arguments of `it.each()` come after the scope. In whatever the test calls, `currentScope()` is the scope, too. There
 * is no `done`: let the test return a promise.
 */
export function traced<A extends unknown[]>(test: TracedTest<A>): (...args: A) => Promise<void> {
  return tracedBy(test, () => expect?.getState?.().currentTestName);
}
