import type { TraceScope } from './trace-scope.js';

/** A wait timed out. The message shows what was captured instead. */
export class TraceTimeoutError extends Error {
  override readonly name = 'TraceTimeoutError';
  /** The scope that waited, to be read. */
  declare readonly scope: TraceScope;

  constructor(message: string, scope: TraceScope) {
    super(message);
    attachScope(this, scope);
  }
}

/** The scope has no span at all. The message says why. */
export class NoSpansError extends Error {
  override readonly name = 'NoSpansError';
  declare readonly scope: TraceScope;

  constructor(message: string, scope: TraceScope) {
    super(message);
    attachScope(this, scope);
  }
}

/** A provider is registered whose spans do not arrive here. The message says what to add to it. */
export class ForeignProviderError extends Error {
  override readonly name = 'ForeignProviderError';
}

/** No OpenTelemetry SDK was found. The message has the command that installs one. */
export class MissingSdkError extends Error {
  override readonly name = 'MissingSdkError';
}

/**
 * Adds `scope` to an error, not enumerable, so that runners' diffs do not show it. Leaves alone what cannot take a
 * property, such as a string, and what has a `scope` from an inner scope.
 */
export function attachScope(thrown: unknown, scope: TraceScope): void {
  if (typeof thrown !== 'object' || thrown === null || !Object.isExtensible(thrown)) return;
  if (Object.hasOwn(thrown, 'scope')) return;
  Object.defineProperty(thrown, 'scope', { value: scope, configurable: true, writable: true });
}
