/**
 * Traces in tests, with any runner: the spans of each test, waits for whole traces, assertions by pattern.
 *
 * @module otel-span-cache/testing
 */
export {
  traceTesting,
  type ScopeOptions,
  type TraceTesting,
  type TraceTestingOptions,
} from './capture/trace-testing.js';
export type { Handle } from '../support/handle.js';
export type {
  OpenScope,
  SettleOptions,
  TracePattern,
  TraceRun,
  TraceScope,
  WaitOptions,
} from './capture/trace-scope.js';
export { ForeignProviderError, MissingSdkError, NoSpansError, TraceTimeoutError } from './capture/errors.js';
export type { CapturedEvent, CapturedLink, CapturedLog, CapturedNode, CapturedSpan } from '../trace/captured-span.js';
export type { CapturedTrace, SpanKindName, SpanStatusName } from '../trace/captured-span.js';
export * from './assert/index.js';
export * from './snapshot/index.js';
