/**
 * Matchers and a snapshot serializer for jest, and for runners whose `expect.extend()` is compatible with jest's.
 *
 * ```js
 * // jest.config.js
 * setupFilesAfterEnv: ['otel-span-cache/testing/jest']
 * ```
 *
 * Without a global `expect`, call `expect.extend(traceMatchers)` and
 * `expect.addSnapshotSerializer(traceTreeSerializer)`.
 *
 * Jest has no hook that runs around a test, and an async context entered in `beforeEach` does not reach the test. Wrap
 * the test in `traced()`, or run its code in `traceTesting().run()`.
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
    // Same type parameters as in jest's own declaration.
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
 * @throws Error outside tests, in hooks, and in a test that is not wrapped in `traced()`
 */
export function currentScope(): TraceScope {
  return scopeHere(`Jest has no hook that opens a scope for each test. Write it('…', traced(async (scope) => { … })), with traced() from
otel-span-cache/testing/jest.`);
}

/**
 * Wraps a jest test so that it runs in a scope of its own. Works with `it.concurrent()`.
 *
 * ```ts
 * it('charges', traced(async (scope) => {
 *   await checkout(order);
 *   expect(scope).toHaveSpan({ name: 'charge' });
 * }));
 * ```
 *
 * Arguments of `it.each()` come after the scope. `currentScope()` returns the scope in all code that the test calls.
 * There is no `done` callback: return a promise instead.
 */
export function traced<A extends unknown[]>(test: TracedTest<A>): (...args: A) => Promise<void> {
  return tracedBy(test, () => expect?.getState?.().currentTestName);
}
