import { activeScope, processWide } from '../capture/process-wide.js';
import type { TraceScope } from '../capture/trace-scope.js';
import { traceTesting, type TraceTesting } from '../capture/trace-testing.js';

let shared: TraceTesting | undefined;

/** The instance that all runners share. Created at first use, so that the application can register its own provider first. */
export function sharedTracing(): TraceTesting {
  return (shared ??= traceTesting());
}

/**
 * Returns the scope of the current async context.
 *
 * @param setUp how a test gets a scope in this runner, for the error message
 * @throws Error outside a scope
 */
export function scopeHere(setUp: string): TraceScope {
  const scope = activeScope(processWide());
  if (scope !== undefined) return scope;
  throw new Error(`no scope is active: call currentScope() inside a test that runs in a scope, or inside traceTesting().run().
${setUp}`);
}

/** Runs a test in a scope, which gets the name of the test if there is one. */
export async function runTest(name: string | undefined, test: (scope: TraceScope) => unknown): Promise<void> {
  await sharedTracing().run(test, name === undefined ? undefined : { name });
}

/** A test for a runner that has no hook around tests. Receives its scope, then the runner's own arguments. */
export type TracedTest<A extends unknown[]> = (scope: TraceScope, ...args: A) => unknown;

/**
 * Wraps a test so that it runs in a scope. Its `length` is 0: jest would pass `done` to a function with a
 * parameter, and wait for the call.
 *
 * @param nameOf reads the test's name from the runner's arguments
 */
export function tracedBy<A extends unknown[]>(
  test: TracedTest<A>,
  nameOf: (args: A) => string | undefined,
): (...args: A) => Promise<void> {
  return (...args) => runTest(nameOf(args), (scope) => test(scope, ...args));
}
