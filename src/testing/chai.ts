/**
 * Traces for chai's `expect()`.
 *
 * @module otel-span-cache/testing/chai
 */
import { AssertionError } from 'node:assert';
import type { AssertTraceOptions, SpanPattern, Times } from './assert/index.js';
import type { Assertion as CalledFunction } from './assert/assertion.js';
import type { EmitOptions } from './runners/emit-options.js';
import { assertEmits } from './runners/emitted.js';
import { expectOpenSpans, expectSpan, expectTrace } from './runners/negatable.js';

export type { EmitOptions } from './runners/emit-options.js';

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
  /** Adds a method that gets the subject, the function the test called, whether it is negated, and its own arguments. */
  const add = (name: string, assertion: (read: Read, ...args: never[]) => void | Promise<void>): void => {
    Assertion.addMethod(name, function (this: object, ...args: never[]): void | Promise<void> {
      const read: Read = {
        subject: utils.flag(this, 'object') as never,
        calledAs: utils.flag(this, 'ssfi') as CalledFunction,
        negated: utils.flag(this, 'negate') === true,
      };
      const rethrow = (error: unknown): never => {
        // The test's own message: `expect(run, 'after the retry')`.
        const message = utils.flag(this, 'message');
        throw typeof message === 'string' && error instanceof AssertionError ? prefixed(error, message) : error;
      };
      try {
        return assertion(read, ...args)?.catch(rethrow);
      } catch (error) {
        return rethrow(error);
      }
    });
  };

  add('span', ({ subject, calledAs, negated }, pattern: SpanPattern & Times) => expectSpan(subject, pattern, calledAs, negated));
  add('matchTrace', ({ subject, calledAs, negated }, pattern: SpanPattern, options?: AssertTraceOptions) =>
    expectTrace(subject, pattern, options, calledAs, negated));
  add('openSpans', ({ subject, calledAs, negated }, count: number) => expectOpenSpans(subject, count, calledAs, negated));
  add('emitSpan', ({ subject, calledAs, negated }, pattern: SpanPattern & Times, options?: EmitOptions) =>
    assertEmits(subject, pattern, options, calledAs, negated));
}

interface Read {
  /** What was given to `expect()`. */
  readonly subject: never;
  readonly calledAs: CalledFunction;
  readonly negated: boolean;
}

/** In the message and in the stack, which repeats it. */
function prefixed(error: AssertionError, prefix: string): AssertionError {
  const { message, stack } = error;
  error.message = `${prefix}: ${message}`;
  error.stack = stack?.replace(message, () => error.message) ?? '';
  return error;
}
