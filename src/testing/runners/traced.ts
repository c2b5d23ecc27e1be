import type { TraceScope } from '../capture/trace-scope.js';
import { sharedTracing } from './shared-tracing.js';

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
