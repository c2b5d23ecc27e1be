import type { TraceScope } from './trace-scope.js';

/** A wait was over before what it waited for came. The message shows what was there instead. */
export class TraceTimeoutError extends Error {
  override readonly name = 'TraceTimeoutError';
  /** Where it was waited: read what is there from it. */
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

/** There is no OpenTelemetry SDK to install. The message says which command brings one. */
export class MissingSdkError extends Error {
  override readonly name = 'MissingSdkError';
}

/**
 * Adds `scope` to what was thrown. Not enumerable: the runners' diffs stay as they are. What cannot take
 * a property, such as a string, stays as it is; so does what has a `scope`, as of a scope further in.
 */
export function attachScope(thrown: unknown, scope: TraceScope): void {
  if (typeof thrown !== 'object' || thrown === null || !Object.isExtensible(thrown)) return;
  if (Object.hasOwn(thrown, 'scope')) return;
  Object.defineProperty(thrown, 'scope', { value: scope, configurable: true, writable: true });
}
