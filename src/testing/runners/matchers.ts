import { AssertionError } from 'node:assert';
import type { AssertTraceOptions, SpanPattern, Times, Traces } from '../assert/index.js';
import type { Assertion } from '../call-site.js';
import type { Spans } from '../snapshot/index.js';
import type { EmitOptions } from './emit-options.js';
import { assertEmits } from './emitted.js';
import { expectOpenSpans, expectSpan, expectTrace, type Call } from './negatable.js';

/** Matchers that the setup file adds to `expect()` in jest and vitest. Negate them with `not`. */
export interface TraceMatchers<R = void> {
  /** Asserts that the pattern matches a trace from its root down. Among several traces, one must match. */
  toMatchTrace(pattern: SpanPattern, options?: AssertTraceOptions): R;
  /** Asserts that an ended span matches the pattern, anywhere in any trace; with `times: n`, that at least n do. */
  toHaveSpan(pattern: SpanPattern & Times): R;
  /** Asserts that every span has ended. */
  toHaveNoOpenSpans(): R;
  /** Runs the function in a scope and asserts that one of its spans matches the pattern. Must be awaited. */
  toEmitSpan(pattern: SpanPattern & Times, options?: EmitOptions): Promise<void>;
}

/** The part of the runner's `this` that a matcher uses. */
export interface MatcherState {
  readonly isNot?: boolean;
  readonly utils: { diff(expected: unknown, actual: unknown): string | null | undefined };
}

export type MatcherVerdict = { readonly pass: boolean; readonly message: () => string };

function toMatchTrace(
  this: MatcherState,
  traces: Traces,
  pattern: SpanPattern,
  options?: AssertTraceOptions,
): MatcherVerdict {
  return verdictOf(this, () => expectTrace(callOf(this, toMatchTrace, traces), pattern, options));
}

function toHaveSpan(this: MatcherState, spans: Spans, pattern: SpanPattern & Times): MatcherVerdict {
  return verdictOf(this, () => expectSpan(callOf(this, toHaveSpan, spans), pattern));
}

function toHaveNoOpenSpans(this: MatcherState, spans: Spans): MatcherVerdict {
  return verdictOf(this, () => expectOpenSpans(callOf(this, toHaveNoOpenSpans, spans), 0));
}

async function toEmitSpan(
  this: MatcherState,
  code: () => unknown,
  pattern: SpanPattern & Times,
  options?: EmitOptions,
): Promise<MatcherVerdict> {
  try {
    await assertEmits(callOf(this, toEmitSpan, code), pattern, options);
  } catch (error) {
    return failed(this, error);
  }
  return passed(this);
}

/** For `expect.extend()` of jest and of vitest. */
export const traceMatchers = { toMatchTrace, toHaveSpan, toHaveNoOpenSpans, toEmitSpan };

function callOf<T>({ isNot }: MatcherState, calledAs: Assertion, subject: T): Call<T> {
  return { subject, calledAs, negated: isNot };
}

function verdictOf(state: MatcherState, assertion: () => void): MatcherVerdict {
  try {
    assertion();
  } catch (error) {
    return failed(state, error);
  }
  return passed(state);
}

/** The runner inverts `pass` for a negated matcher. */
function passed({ isNot = false }: MatcherState): MatcherVerdict {
  return { pass: !isNot, message: () => 'it holds' };
}

/** The message includes the diff, because the runner creates its error from the message alone. */
function failed({ isNot = false, utils }: MatcherState, error: unknown): MatcherVerdict {
  if (!(error instanceof AssertionError)) throw error;
  const { message, expected, actual } = error;
  return { pass: isNot, message: () => [message, utils.diff(expected, actual)].filter(Boolean).join('\n') };
}
