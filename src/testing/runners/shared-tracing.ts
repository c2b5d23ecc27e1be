import { processWide } from '../capture/process-wide.js';
import type { TraceScope } from '../capture/trace-scope.js';
import { traceTesting, type TraceTesting } from '../capture/trace-testing.js';

let shared: TraceTesting | undefined;

/** For what a face runs by itself. Made when it is first needed: the application may bring its own provider. */
export function sharedTracing(): TraceTesting {
  return (shared ??= traceTesting());
}

/** The scope in whose async context this is called, if any. */
export function scopeHere(): TraceScope | undefined {
  const { recorder, scopes } = processWide();
  return recorder.activeScope && scopes.get(recorder.activeScope);
}

/**
 * That there is no scope, and what makes one.
 *
 * @param setUp what makes a scope of a test in the runner at hand
 */
export function noScopeHere(setUp: string): Error {
  return new Error(`no scope here: currentScope() is for the inside of a test that runs as a scope, or of traceTesting().run().
${setUp}`);
}
