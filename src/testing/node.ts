/**
 * Scopes for the tests of node:test, and assertions about traces for its `t.assert`.
 *
 * @module otel-span-cache/testing/node
 */
import * as runner from 'node:test';
import type { TraceScope } from './capture/trace-scope.js';
import { assertSpan, assertTrace } from './assert/index.js';
import type { AssertTraceOptions, SpanPattern, Times, Traces } from './assert/index.js';
import type { EmitOptions } from './runners/emit-options.js';
import { assertEmits } from './runners/emitted.js';
import { expectOpenSpans } from './runners/negatable.js';
import { runTest, scopeHere } from './runners/shared-tracing.js';
import type { Spans } from './snapshot/index.js';

export type { EmitOptions } from './runners/emit-options.js';

/**
 * The scope of the test that is running.
 *
 * @throws Error outside tests, in hooks, and in a test that is not wrapped in `traced()`
 */
export function currentScope(): TraceScope {
  return scopeHere(`node:test has no hook that opens a scope for each test. Write test('…', traced(async (t, scope) => { … })), with
traced() from otel-span-cache/testing/node.`);
}

/** Assertions added to `t.assert` of node:test, from Node 22.14 on. */
export interface TraceAssertions {
  /** Passes if one of the traces matches the pattern, from its root down. */
  matchesTrace(traces: Traces, pattern: SpanPattern, options?: AssertTraceOptions): void;
  /** Passes if a span that matches the pattern has ended; with `times: n`, if at least n have. */
  hasSpan(spans: Spans, pattern: SpanPattern & Times): void;
  /** Passes if every span has ended. */
  hasNoOpenSpans(spans: Spans): void;
  /** Runs the function in a new scope. Resolves if a span that matches the pattern ends in it; await the result. */
  emitsSpan(code: () => unknown, pattern: SpanPattern & Times, options?: EmitOptions): Promise<void>;
}

/** @ts-ignore: only there with the types of Node */
declare module 'node:test' {
  interface TestContextAssert extends TraceAssertions {}
}

/**
 * Wraps a test of node:test so that it runs in a scope of its own. Works with concurrent tests.
 *
 * ```ts
 * test('charges', traced(async (t, scope) => {
 *   await checkout(order);
 *   assertSpan(scope, { name: 'charge' });
 * }));
 * ```
 *
 * `t` is the context of node:test. `currentScope()` returns the scope in all code that the test calls.
 */
export function traced<T>(test: (context: T, scope: TraceScope) => unknown): (context: T) => Promise<void> {
  return (context) => {
    const { name } = (context ?? {}) as { name?: unknown };
    return runTest(typeof name === 'string' ? name : undefined, (scope) => test(context, scope));
  };
}

function matchesTrace(traces: Traces, pattern: SpanPattern, options?: AssertTraceOptions): void {
  assertTrace(traces, pattern, options, matchesTrace);
}

function hasSpan(spans: Spans, pattern: SpanPattern & Times): void {
  assertSpan(spans, pattern, hasSpan);
}

function hasNoOpenSpans(spans: Spans): void {
  expectOpenSpans({ subject: spans, calledAs: hasNoOpenSpans }, 0);
}

function emitsSpan(code: () => unknown, pattern: SpanPattern & Times, options?: EmitOptions): Promise<void> {
  return assertEmits({ subject: code, calledAs: emitsSpan }, pattern, options);
}

const assertions: TraceAssertions = { matchesTrace, hasSpan, hasNoOpenSpans, emitsSpan };
const { assert } = runner as { assert?: { register?: (name: string, assertion: unknown) => void } };
for (const [name, assertion] of Object.entries(assertions)) assert?.register?.(name, assertion);
