import type { TraceScope } from './trace-scope.js';

/** A wait timed out. The message shows the spans that were captured instead. */
export class TraceTimeoutError extends Error {
  override readonly name = 'TraceTimeoutError';
  /** The scope that waited. Its spans and logs can be read. */
  declare readonly scope: TraceScope;

  constructor(message: string, scope: TraceScope) {
    super(message);
    attachScope(this, scope);
  }
}

/** An assertion needs at least one span, and the scope has none. The message explains why. */
export class NoSpansError extends Error {
  override readonly name = 'NoSpansError';
  /** The scope without spans. */
  declare readonly scope: TraceScope;

  constructor(message: string, scope: TraceScope) {
    super(message);
    attachScope(this, scope);
  }
}

/** Spans or log records of the registered provider do not arrive here. The message shows which processors to add. */
export class ForeignProviderError extends Error {
  override readonly name = 'ForeignProviderError';
}

/** No OpenTelemetry SDK was found. The message contains the command that installs one. */
export class MissingSdkError extends Error {
  override readonly name = 'MissingSdkError';
}

/**
 * Adds a property `scope` to an error, not enumerable, so that diffs of test runners omit it. Ignores thrown
 * primitives, objects that are not extensible, and errors that already have the `scope` of an inner run.
 */
export function attachScope(thrown: unknown, scope: TraceScope): void {
  if (typeof thrown !== 'object' || thrown === null || !Object.isExtensible(thrown)) return;
  if (Object.hasOwn(thrown, 'scope')) return;
  Object.defineProperty(thrown, 'scope', { value: scope, configurable: true, writable: true });
}
