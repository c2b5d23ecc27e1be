import { AssertionError } from 'node:assert';
import { expectation } from '../../support/option.js';
import { TraceTimeoutError } from '../capture/errors.js';
import type { SpanPattern, Times } from '../assert/index.js';
import type { Assertion } from '../assert/assertion.js';
import { callSite } from '../assert/report/failure.js';
import type { EmitOptions } from './emit-options.js';
import { expectSpan } from './negatable.js';
import { sharedTracing } from './shared-tracing.js';

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
  const atCall = callSite(calledAs);
  if (typeof code !== 'function') throw new TypeError(expectation('code', 'a function', code));
  const run = await sharedTracing().run(() => code());
  await run.waitForIdle(options).catch((error: unknown) => {
    // A timeout is ignored: the assertion that follows shows the open spans, which says more.
    if (!(error instanceof TraceTimeoutError)) throw error;
  });
  try {
    expectSpan(run, pattern, calledAs, negated);
  } catch (error) {
    throw error instanceof AssertionError ? atCall(error) : error;
  }
}
