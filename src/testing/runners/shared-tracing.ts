import { activeScope, processWide } from '../capture/process-wide.js';
import type { TraceScope } from '../capture/trace-scope.js';
import { traceTesting, type TraceTesting } from '../capture/trace-testing.js';

let shared: TraceTesting | undefined;

/** The kit that runners use. Made when first needed, because the application may register its own provider before. */
export function sharedTracing(): TraceTesting {
  return (shared ??= traceTesting());
}

/**
 * The scope in whose async context this is called.
 *
 * @param setUp for the message: how a test becomes a scope in this runner
 * @throws Error if there is none
 */
export function scopeHere(setUp: string): TraceScope {
  const scope = activeScope(processWide());
  if (scope !== undefined) return scope;
  throw new Error(`no scope here: currentScope() is for the inside of a test that runs as a scope, or of traceTesting().run().
${setUp}`);
}

/** Runs a test as a scope of its own, named after the test if the name is known. */
export async function runTest(name: string | undefined, test: (scope: TraceScope) => unknown): Promise<void> {
  await sharedTracing().run(test, name === undefined ? undefined : { name });
}

/** A test for a runner without a hook around tests: takes its scope, then the runner's own arguments. */
export type TracedTest<A extends unknown[]> = (scope: TraceScope, ...args: A) => unknown;

/**
 * Wraps a test so that it runs as a scope. The function's `length` is 0: with a parameter, jest would wait for `done`.
 *
 * @param nameOf reads the test's name from the runner's arguments
 */
export function tracedBy<A extends unknown[]>(
  test: TracedTest<A>,
  nameOf: (args: A) => string | undefined,
): (...args: A) => Promise<void> {
  return (...args) => runTest(nameOf(args), (scope) => test(scope, ...args));
}
