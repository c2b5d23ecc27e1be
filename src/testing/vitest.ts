/**
 * Each test of vitest as a scope of its own, concurrent ones, too, and the matchers for what is in it.
 *
 * ```js
 * // vitest.config.js
 * test: { setupFiles: ['otel-span-cache/testing/vitest'] }
 * ```
 *
 * In the test, and in its `beforeEach` and `afterEach`, `currentScope()` is its scope. Before 4.1, vitest has
 * no `aroundEach`: tests run their code by `traceTesting().run()` then.
 *
 * @module otel-span-cache/testing/vitest
 */
/** @ts-ignore: only there with vitest */
import * as vitest from 'vitest';
import { traceMatchers, type TraceMatchers } from './faces/matchers.js';
import { sharedTracing } from './faces/shared-tracing.js';

export { currentScope } from './faces/shared-tracing.js';
export { traceMatchers, type TraceMatchers } from './faces/matchers.js';
export type { EmitOptions } from './faces/emitted.js';

/** @ts-ignore: only there with vitest */
declare module 'vitest' {
  // As the runner declares it.
  // oxlint-disable-next-line typescript/no-explicit-any
  interface Matchers<T = any> extends TraceMatchers {}
}

interface Vitest {
  readonly expect: { extend(matchers: object): void };
  aroundEach?(around: (runTest: () => Promise<void>, context: VitestContext) => Promise<void>): void;
}

interface VitestContext {
  readonly task: { readonly name: string };
}

const runner = vitest as unknown as Vitest;
runner.expect.extend(traceMatchers);
runner.aroundEach?.(async (runTest, { task }) => {
  await sharedTracing().run(() => runTest(), { name: task.name });
});
