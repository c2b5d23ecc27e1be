/**
 * Tests of node:test as scopes of their own, and assertions for its `t.assert`.
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
 * @throws Error where no test runs as a scope: outside of tests, in hooks, and in a test without `traced()`
 */
export function currentScope(): TraceScope {
  return scopeHere(`node:test has no hook that could make each test a scope: write test('…', traced(async (t, scope) => { … })), with
traced() of otel-span-cache/testing/node.`);
}

/** Assertions added to `t.assert` of node:test, from Node 22.14 on. */
export interface TraceAssertions {
  /** A trace is as the pattern says, from its root down; of several traces, one of them. */
  matchesTrace(traces: Traces, pattern: SpanPattern, options?: AssertTraceOptions): void;
  /** A span as the pattern says has ended, anywhere; with `times: n`, n have. */
  hasSpan(spans: Spans, pattern: SpanPattern & Times): void;
  /** Every span has ended. */
  hasNoOpenSpans(spans: Spans): void;
  /** The function, run as a scope of its own, makes a span as the pattern says. To be awaited. */
  emitsSpan(code: () => unknown, pattern: SpanPattern & Times, options?: EmitOptions): Promise<void>;
}

/** @ts-ignore: only there with the types of Node */
declare module 'node:test' {
  interface TestContextAssert extends TraceAssertions {}
}

/**
 * A test of node:test that runs as a scope of its own, also next to others.
 *
 * ```ts
 * test('charges', traced(async (t, scope) => {
 *   await checkout(order);
 *   assertSpan(scope, { name: 'charge' });
 * }));
 * ```
 *
 * `t` is node:test's own. In whatever the test calls, `currentScope()` is the scope, too.
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
  expectOpenSpans(spans, 0, hasNoOpenSpans);
}

function emitsSpan(code: () => unknown, pattern: SpanPattern & Times, options?: EmitOptions): Promise<void> {
  return assertEmits(code, pattern, options, emitsSpan);
}

const assertions: TraceAssertions = { matchesTrace, hasSpan, hasNoOpenSpans, emitsSpan };
const { assert } = runner as { assert?: { register?: (name: string, assertion: unknown) => void } };
for (const [name, assertion] of Object.entries(assertions)) assert?.register?.(name, assertion);
