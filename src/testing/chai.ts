/**
 * Assertions about traces for chai's `expect()`.
 *
 * @module otel-span-cache/testing/chai
 */
import { AssertionError } from 'node:assert';
import type { AssertTraceOptions, SpanPattern, Times } from './assert/index.js';
import type { Assertion as CalledFunction } from './call-site.js';
import type { EmitOptions } from './runners/emit-options.js';
import { assertEmits } from './runners/emitted.js';
import { expectOpenSpans, expectSpan, expectTrace, type Call } from './runners/negatable.js';

export type { EmitOptions } from './runners/emit-options.js';

declare global {
  namespace Chai {
    interface Assertion {
      /** Passes if a span that matches the pattern has ended; with `times: n`, if at least n have. */
      span(pattern: SpanPattern & Times): Assertion;
      /** Passes if one of the traces matches the pattern, from its root down. */
      matchTrace(pattern: SpanPattern, options?: AssertTraceOptions): Assertion;
      /** Passes if exactly `count` spans have not ended. */
      openSpans(count: number): Assertion;
      /** Runs the function in a new scope. Resolves if a span that matches the pattern ends in it; await the result. */
      emitSpan(pattern: SpanPattern & Times, options?: EmitOptions): Promise<void>;
    }
  }
}

/** The part of chai that the plug-in uses. */
export interface ChaiLike {
  readonly Assertion: {
    /** Adds a method to the result of `expect()`. */
    // Matches chai's own types.
    // oxlint-disable-next-line typescript/no-explicit-any
    addMethod(name: string, method: (this: any, ...args: any[]) => any): void;
  };
}

/** The part of chai's `util` that the plug-in uses. */
export interface ChaiUtilsLike {
  /** Reads a flag of an assertion, such as its subject. */
  // oxlint-disable-next-line typescript/no-explicit-any
  flag(assertion: any, name: string): unknown;
}

/**
 * Chai plug-in with assertions about traces: `chai.use(traceChai)`.
 *
 * ```ts
 * expect(run).to.have.span({ name: 'charge', status: 'ok' });
 * expect(run).to.matchTrace({ name: 'POST /checkout', children: [{ name: 'charge' }] });
 * expect(run).to.have.openSpans(0);
 * await expect(() => checkout(order)).to.emitSpan({ name: 'charge' });
 * ```
 *
 * Each can be negated with `not`.
 */
export function traceChai({ Assertion }: ChaiLike, utils: ChaiUtilsLike): void {
  const add = (name: string, assertion: (call: Call<never>, ...args: never[]) => void | Promise<void>): void => {
    Assertion.addMethod(name, function (this: object, ...args: never[]): void | Promise<void> {
      const call = {
        subject: utils.flag(this, 'object') as never,
        calledAs: utils.flag(this, 'ssfi') as CalledFunction,
        negated: utils.flag(this, 'negate') === true,
      };
      const rethrow = (error: unknown): never => {
        // Message passed by the test: `expect(run, 'after the retry')`.
        const message = utils.flag(this, 'message');
        throw typeof message === 'string' && error instanceof AssertionError ? prefixed(error, message) : error;
      };
      try {
        return assertion(call, ...args)?.catch(rethrow);
      } catch (error) {
        return rethrow(error);
      }
    });
  };

  add('span', expectSpan);
  add('matchTrace', expectTrace);
  add('openSpans', expectOpenSpans);
  add('emitSpan', assertEmits);
}

/** Prefixes the message, and its copy at the start of the stack. */
function prefixed(error: AssertionError, prefix: string): AssertionError {
  const { message, stack } = error;
  error.message = `${prefix}: ${message}`;
  error.stack = stack?.replace(message, () => error.message) ?? '';
  return error;
}
