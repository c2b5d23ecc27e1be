import { AssertionError } from 'node:assert';
import type { AssertTraceOptions, SpanPattern, Times, Traces } from '../assert/index.js';
import type { Spans } from '../snapshot/index.js';
import type { EmitOptions } from './emit-options.js';
import { assertEmits } from './emitted.js';
import { expectOpenSpans, expectSpan, expectTrace } from './negatable.js';

/** Matchers that `expect(…)` gets in jest and in vitest. */
export interface TraceMatchers<R = void> {
  /** A trace is as the pattern says, from its root down; of several traces, one of them. */
  toMatchTrace(pattern: SpanPattern, options?: AssertTraceOptions): R;
  /** A span as the pattern says has ended, anywhere; with `times: n`, n have. */
  toHaveSpan(pattern: SpanPattern & Times): R;
  /** Every span has ended. */
  toHaveNoOpenSpans(): R;
  /** The function, run as a scope of its own, makes a span as the pattern says. To be awaited. */
  toEmitSpan(pattern: SpanPattern & Times, options?: EmitOptions): Promise<void>;
}

/** The part of the runner's `this` that a matcher uses. */
export interface MatcherState {
  readonly isNot?: boolean;
  readonly utils: { diff(expected: unknown, actual: unknown): string | null | undefined };
}

export type MatcherVerdict = { readonly pass: boolean; readonly message: () => string };

function toMatchTrace(this: MatcherState, traces: Traces, pattern: SpanPattern, options?: AssertTraceOptions): MatcherVerdict {
  return verdictOf(this, () => expectTrace(traces, pattern, options, toMatchTrace, this.isNot));
}

function toHaveSpan(this: MatcherState, spans: Spans, pattern: SpanPattern & Times): MatcherVerdict {
  return verdictOf(this, () => expectSpan(spans, pattern, toHaveSpan, this.isNot));
}

function toHaveNoOpenSpans(this: MatcherState, spans: Spans): MatcherVerdict {
  return verdictOf(this, () => expectOpenSpans(spans, 0, toHaveNoOpenSpans, this.isNot));
}

async function toEmitSpan(
  this: MatcherState,
  code: () => unknown,
  pattern: SpanPattern & Times,
  options?: EmitOptions,
): Promise<MatcherVerdict> {
  try {
    await assertEmits(code, pattern, options, toEmitSpan, this.isNot);
  } catch (error) {
    return failed(this, error);
  }
  return passed(this);
}

/** For `expect.extend()` of jest and of vitest. */
export const traceMatchers = { toMatchTrace, toHaveSpan, toHaveNoOpenSpans, toEmitSpan };

function verdictOf(state: MatcherState, assertion: () => void): MatcherVerdict {
  try {
    assertion();
  } catch (error) {
    return failed(state, error);
  }
  return passed(state);
}

/** With `not`, the runner inverts the verdict. */
function passed({ isNot = false }: MatcherState): MatcherVerdict {
  return { pass: !isNot, message: () => 'it holds' };
}

/** The message contains the diff, because the runner makes its own error from the message alone. */
function failed({ isNot = false, utils }: MatcherState, error: unknown): MatcherVerdict {
  if (!(error instanceof AssertionError)) throw error;
  const { message, expected, actual } = error;
  return { pass: isNot, message: () => [message, utils.diff(expected, actual)].filter(Boolean).join('\n') };
}
