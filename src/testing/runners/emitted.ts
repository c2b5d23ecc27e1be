import { AssertionError } from 'node:assert';
import { expectation } from '../../support/option.js';
import { TraceTimeoutError } from '../capture/errors.js';
import { settleOptions } from '../capture/waiting.js';
import type { SpanPattern, Times } from '../assert/index.js';
import { compileSpans } from '../assert/pattern/compile.js';
import { callSite, checkArguments } from '../call-site.js';
import type { EmitOptions } from './emit-options.js';
import { expectSpan, type Call } from './negatable.js';
import { sharedTracing } from './shared-tracing.js';

/**
 * Runs a function in a scope, waits until none of its spans is open, and asserts that one of them matches the pattern;
 * if negated, that none does.
 *
 * @throws AssertionError with the stack of the call
 * @throws the function's own error, if it throws
 */
export async function assertEmits(
  { subject: code, calledAs, negated }: Call<() => unknown>,
  pattern: SpanPattern & Times,
  options?: EmitOptions,
): Promise<void> {
  const atCall = callSite(calledAs);
  checkArguments(calledAs, () => {
    if (typeof code !== 'function') throw new TypeError(expectation('code', 'a function', code));
    compileSpans(pattern);
    settleOptions(options);
  });
  const run = await sharedTracing().run(() => code());
  await run.waitForIdle(options).catch((error: unknown) => {
    // Ignore a timeout: the assertion below reports the open spans.
    if (!(error instanceof TraceTimeoutError)) throw error;
  });
  try {
    expectSpan({ subject: run, calledAs, negated }, pattern);
  } catch (error) {
    throw error instanceof AssertionError ? atCall(error) : error;
  }
}
