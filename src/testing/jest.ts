/**
 * Matchers for jest, and for whoever has an `expect.extend()` like jest's.
 *
 * ```js
 * // jest.config.js
 * setupFilesAfterEnv: ['otel-span-cache/testing/jest']
 * ```
 *
 * Without global `expect`: `expect.extend(traceMatchers)`. Jest has no hook around a test in which a scope
 * could be opened: tests run their code by `traceTesting().run()`.
 *
 * @module otel-span-cache/testing/jest
 */
import { traceMatchers, type TraceMatchers } from './faces/matchers.js';

export { traceMatchers, type TraceMatchers } from './faces/matchers.js';
export type { EmitOptions } from './faces/emitted.js';

declare global {
  namespace jest {
    // Those of the runner's own declaration.
    interface Matchers<R, T = {}> extends TraceMatchers<R> {}
  }
}

/** @ts-ignore: only there with jest */
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends TraceMatchers<R> {}
}

(globalThis as { expect?: { extend?: (matchers: object) => void } }).expect?.extend?.(traceMatchers);
