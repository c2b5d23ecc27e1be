/**
 * Root hook plug-in for mocha that runs each test in a scope of its own.
 *
 * ```js
 * // hooks.mjs
 * export { mochaHooks } from 'otel-span-cache/testing/mocha';
 * ```
 *
 * ```sh
 * mocha --require ./hooks.mjs
 * ```
 *
 * The file must have the module format of the tests. `mocha --require otel-span-cache/testing/mocha` loads the CommonJS
 * build: with OpenTelemetry 3.x, a tracer that an ES module gets while it is loaded then records nothing.
 *
 * In a test, `currentScope()` returns its scope. `this.traceScope` is the same scope, and also works in hooks.
 *
 * @module otel-span-cache/testing/mocha
 */
import { AssertionError } from 'node:assert';
import { AsyncResource } from 'node:async_hooks';
import type { OpenScope, TraceScope } from './capture/trace-scope.js';
import { traceTesting, type TraceTesting, type TraceTestingOptions } from './capture/trace-testing.js';
import { scopeHere } from './runners/shared-tracing.js';

declare global {
  namespace Mocha {
    interface Context {
      /** Scope of the running test, with `otel-span-cache/testing/mocha`. */
      traceScope: TraceScope;
    }
  }
}

/**
 * The scope of the test that is running.
 *
 * @throws Error outside tests, in `before()` and `after()`, and without the root hooks
 */
export function currentScope(): TraceScope {
  return scopeHere(`With mocha, root hooks open a scope for each test: mocha --require ./hooks.mjs, a file that exports mochaHooks
of otel-span-cache/testing/mocha. CommonJS tests need the same in a hooks.cjs.`);
}

/** Root hooks of mocha. */
export interface TraceHooks {
  /** Starts capturing, before the first test. */
  beforeAll(): void;
  /** Opens a scope for the next test and makes the test run in it. */
  beforeEach(this: HookContext): void;
  /** Closes the scope. It stays readable. */
  afterEach(): void;
  /** Stops capturing, after the last test. */
  afterAll(): Promise<void>;
}

/** The part of mocha's `this` that the hooks use. */
export interface HookContext {
  traceScope?: TraceScope;
  currentTest?: TestInMocha | undefined;
}

/** The part of a mocha test that the hooks use. */
export interface TestInMocha {
  fn?: TestFunction | undefined;
  /** Names the scope in messages. */
  fullTitle(): string;
}

type Done = (error?: unknown) => void;

type TestFunction = (...args: never[]) => unknown;

/** Original test functions, by their replacements. */
const originals = new WeakMap<TestFunction, TestFunction>();

/**
 * Root hooks with options, for your own file that is passed to `--require`:
 *
 * ```ts
 * export const mochaHooks = traceHooks({ cache });
 * ```
 *
 * The options are checked before the first test, as `traceTesting()` checks them.
 */
export function traceHooks(options?: TraceTestingOptions): TraceHooks {
  let tracing: TraceTesting | undefined;
  let restore: (() => void) | undefined;
  return {
    beforeAll() {
      tracing = traceTesting(options);
    },
    beforeEach() {
      const { currentTest } = this;
      if (tracing === undefined || currentTest === undefined) return;
      const scope = tracing.openScope({ name: currentTest.fullTitle() });
      this.traceScope = scope;
      restore = runInside(scope, currentTest);
    },
    afterEach() {
      restore?.();
      restore = undefined;
    },
    async afterAll() {
      await tracing?.shutdown();
      tracing = undefined;
    },
  };
}

/** Root hooks with default options. Mocha finds this export in the module that `--require` loads. */
export const mochaHooks: TraceHooks = traceHooks();

/**
 * Replaces the test's function by one that runs it in the async context of a scope, because a hook cannot enter that
 * context for a test. Mocha starts the next test inside `done`, so `done` is bound to the context outside the scope.
 *
 * @returns a function that closes the scope and restores the test's function, for a retry
 */
function runInside(scope: OpenScope, test: TestInMocha): () => void {
  // Mocha copies a test for a retry before its `afterEach` has run.
  const original = test.fn && (originals.get(test.fn) ?? test.fn);
  if (original !== undefined) {
    const inside = function (this: unknown, ...args: never[]): unknown {
      const outside = args.map((done: Done) => AsyncResource.bind((error?: unknown) => done(forMochaDiff(error))));
      return withReadableDiff(() => scope.run(() => original.apply(this, outside as never[])));
    };
    originals.set(inside, original);
    test.fn = inside;
  }
  return () => {
    scope.close();
    test.fn = original;
  };
}

/** Applies `forMochaDiff()` to an error of the code or of its promise. */
function withReadableDiff(code: () => unknown): unknown {
  try {
    const result = code();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw forMochaDiff(error);
    });
  } catch (error) {
    throw forMochaDiff(error);
  }
}

/**
 * Appends a line break to both sides of a failure, so that mocha's diff does not report the last line as changed.
 * Other runners would show the line break.
 */
function forMochaDiff(error: unknown): unknown {
  if (!(error instanceof AssertionError)) return error;
  const { actual, expected } = error as { actual: unknown; expected: unknown };
  if (isTree(actual) && isTree(expected)) Object.assign(error, { actual: `${actual}\n`, expected: `${expected}\n` });
  return error;
}

function isTree(side: unknown): side is string {
  return typeof side === 'string' && !side.endsWith('\n');
}
