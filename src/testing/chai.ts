/**
 * Traces for chai's `expect()`.
 *
 * @module otel-span-cache/testing/chai
 */
import { AssertionError } from 'node:assert';
import type { AssertTraceOptions, SpanPattern, Times, Traces } from './assert/index.js';
import { assertNoSpan, assertSpan, assertTrace } from './assert/index.js';
import type { Assertion as CalledFunction } from './assert/report/call-site.js';
import { assertNoTrace } from './runners/assert-no-trace.js';
import { assertOpenSpans } from './runners/assert-open-spans.js';
import { assertEmits, type EmitOptions } from './runners/emitted.js';
import type { Spans } from './snapshot/index.js';

export type { EmitOptions } from './runners/emitted.js';

declare global {
  namespace Chai {
    interface Assertion {
      /** A span as the pattern says has ended, anywhere; with `times: n`, n have. */
      span(pattern: SpanPattern & Times): Assertion;
      /** A trace is as the pattern says, from its root down; of several traces, one of them. */
      matchTrace(pattern: SpanPattern, options?: AssertTraceOptions): Assertion;
      /** So many spans have not ended. */
      openSpans(count: number): Assertion;
      /** The function, run as a scope of its own, makes a span as the pattern says. To be awaited. */
      emitSpan(pattern: SpanPattern & Times, options?: EmitOptions): Promise<void>;
    }
  }
}

/** What of chai the plug-in needs. */
export interface ChaiLike {
  readonly Assertion: {
    /** Adds a method to what `expect()` returns. */
    // As chai's own types have it.
    // oxlint-disable-next-line typescript/no-explicit-any
    addMethod(name: string, method: (this: any, ...args: any[]) => any): void;
  };
}

/** What of chai's `util` the plug-in needs. */
export interface ChaiUtilsLike {
  /** What an assertion carries along under a name. */
  // oxlint-disable-next-line typescript/no-explicit-any
  flag(assertion: any, name: string): unknown;
}

/**
 * Traces for chai: `chai.use(traceChai)`.
 *
 * ```ts
 * expect(run).to.have.span({ name: 'charge', status: 'ok' });
 * expect(run).to.matchTrace({ name: 'POST /checkout', children: [{ name: 'charge' }] });
 * expect(run).to.have.openSpans(0);
 * await expect(() => checkout(order)).to.emitSpan({ name: 'charge' });
 * ```
 *
 * All can be negated by `not`.
 */
export function traceChai({ Assertion }: ChaiLike, utils: ChaiUtilsLike): void {
  /** What was given to `expect()`; whether it is negated; the function the test called. */
  const read = (assertion: object): Read => ({
    subject: utils.flag(assertion, 'object'),
    negated: utils.flag(assertion, 'negate') === true,
    calledAs: utils.flag(assertion, 'ssfi') as CalledFunction,
  });

  /** With the test's own message: `expect(run, 'after the retry')`. */
  const explained = (assertion: object, error: unknown): unknown => {
    const message = utils.flag(assertion, 'message');
    return typeof message === 'string' && error instanceof AssertionError ? prefixed(error, message) : error;
  };

  const check = (assertion: object, code: (read: Read) => void): void => {
    try {
      code(read(assertion));
    } catch (error) {
      throw explained(assertion, error);
    }
  };

  Assertion.addMethod('span', function (this: object, pattern: SpanPattern & Times): void {
    check(this, ({ subject, negated, calledAs }) => {
      if (negated) assertNoSpan(subject as Spans, pattern, undefined, calledAs);
      else assertSpan(subject as Spans, pattern, calledAs);
    });
  });

  Assertion.addMethod('matchTrace', function (this: object, pattern: SpanPattern, options?: AssertTraceOptions): void {
    check(this, ({ subject, negated, calledAs }) => {
      if (negated) assertNoTrace(subject as Traces, pattern, options, calledAs);
      else assertTrace(subject as Traces, pattern, options, calledAs);
    });
  });

  Assertion.addMethod('openSpans', function (this: object, count: number): void {
    check(this, ({ subject, negated, calledAs }) => assertOpenSpans(subject as Spans, count, calledAs, negated));
  });

  Assertion.addMethod('emitSpan', async function (this: object, pattern: SpanPattern & Times, options?: EmitOptions): Promise<void> {
    const { subject, negated, calledAs } = read(this);
    try {
      await assertEmits(subject as () => unknown, pattern, options, calledAs, negated);
    } catch (error) {
      throw explained(this, error);
    }
  });
}

interface Read {
  readonly subject: unknown;
  readonly negated: boolean;
  readonly calledAs: CalledFunction;
}

/** In the message and in the stack, which repeats it. */
function prefixed(error: AssertionError, prefix: string): AssertionError {
  const { message, stack } = error;
  error.message = `${prefix}: ${message}`;
  error.stack = stack?.replace(message, () => error.message) ?? '';
  return error;
}
