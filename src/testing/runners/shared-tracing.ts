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
