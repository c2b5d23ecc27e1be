import { processWide } from '../capture/process-wide.js';
import type { TraceScope } from '../capture/trace-scope.js';
import { traceTesting, type TraceTesting } from '../capture/trace-testing.js';

let shared: TraceTesting | undefined;

/** For what a face runs by itself. Made when it is first needed: the application may bring its own provider. */
export function sharedTracing(): TraceTesting {
  return (shared ??= traceTesting());
}

/**
 * The scope of the test that is running.
 *
 * @throws Error where no test runs: outside of tests, in hooks, and without the runner's set-up
 */
export function currentScope(): TraceScope {
  const { recorder, scopes } = processWide();
  const records = recorder.activeScope;
  const scope = records && scopes.get(records);
  if (scope === undefined) {
    throw new Error('no scope here: currentScope() is for the inside of a test that runs as a scope, or of traceTesting().run()');
  }
  return scope;
}
