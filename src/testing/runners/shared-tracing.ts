import { processWide } from '../capture/process-wide.js';
import type { TraceScope } from '../capture/trace-scope.js';
import { traceTesting, type TraceTesting } from '../capture/trace-testing.js';

let shared: TraceTesting | undefined;

/** What runs a test or a function as a scope. Made when it is first needed: the application may bring its own provider. */
export function sharedTracing(): TraceTesting {
  return (shared ??= traceTesting());
}

/**
 * The scope in whose async context this is called.
 *
 * @param setUp what makes a scope of a test in the runner at hand
 * @throws Error if there is none
 */
export function scopeHere(setUp: string): TraceScope {
  const { recorder, scopes } = processWide();
  const scope = recorder.activeScope && scopes.get(recorder.activeScope);
  if (scope !== undefined) return scope;
  throw new Error(`no scope here: currentScope() is for the inside of a test that runs as a scope, or of traceTesting().run().
${setUp}`);
}

/** Runs a test as a scope of its own, with the test's name if the runner tells it. */
export async function runTest(name: string | undefined, test: (scope: TraceScope) => unknown): Promise<void> {
  await sharedTracing().run(test, name === undefined ? undefined : { name });
}

/** A test for a runner that has no hook around tests: its scope comes first, what the runner gives it after that. */
export type TracedTest<A extends unknown[]> = (scope: TraceScope, ...args: A) => unknown;

/**
 * Makes a function for the runner of a test that runs as a scope.
 *
 * It has no parameters to be counted: with one, jest would wait for a `done`.
 *
 * @param nameOf what the test is called, by what the runner gives it
 */
export function tracedBy<A extends unknown[]>(
  test: TracedTest<A>,
  nameOf: (args: A) => string | undefined,
): (...args: A) => Promise<void> {
  return (...args) => runTest(nameOf(args), (scope) => test(scope, ...args));
}
