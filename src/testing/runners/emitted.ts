import { AssertionError } from 'node:assert';
import { expectation } from '../../support/option.js';
import { TraceTimeoutError } from '../capture/errors.js';
import type { TraceScope } from '../capture/trace-scope.js';
import { assertNoSpan, assertSpan, type SpanPattern, type Times } from '../assert/index.js';
import { CallSite } from '../assert/report/call-site.js';
import type { Assertion } from '../assert/report/call-site.js';
import { sharedTracing } from './shared-tracing.js';

/** How long to wait for the spans of a function. */
export interface EmitOptions {
  /**
   * How long to wait for spans that are still open when the function has returned, in milliseconds of real
   * time. Default 1,000.
   */
  readonly timeoutMillis?: number;
}

/**
 * Runs a function as a scope of its own, waits until no span is open, and asserts that a span as the pattern says has
 * ended in it; with `negated`, that there is none.
 *
 * @throws AssertionError with the stack of the call
 * @throws whatever the function throws
 */
export async function assertEmits(
  code: () => unknown,
  pattern: SpanPattern & Times,
  options: EmitOptions | undefined,
  calledAs: Assertion,
  negated = false,
): Promise<void> {
  const call = new CallSite(calledAs);
  if (typeof code !== 'function') throw new TypeError(expectation('code', 'a function', code));
  const run = await sharedTracing().run(() => code());
  await settle(run, options);
  try {
    if (negated) assertNoSpan(run, pattern, undefined, calledAs);
    else assertSpan(run, pattern, calledAs);
  } catch (error) {
    throw error instanceof AssertionError ? call.attachTo(error) : error;
  }
}

/** Ignores timeouts: the assertion that follows shows the open spans, which says more. */
async function settle(run: TraceScope, options: EmitOptions | undefined): Promise<void> {
  try {
    await run.waitForIdle(options);
  } catch (error) {
    if (!(error instanceof TraceTimeoutError)) throw error;
  }
}
