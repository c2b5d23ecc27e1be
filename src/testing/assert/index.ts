export { assertLog } from './assert-log.js';
export { assertNoSpan, type AssertNoSpanOptions } from './assert-no-span.js';
export { assertSpan, matchesSpan, spanMatcher } from './assert-span.js';
export { assertTrace, matchesTrace, type AssertTraceOptions, type Traces } from './assert-trace.js';
export type {
  AsymmetricMatcher,
  AttributesPattern,
  EventPattern,
  ExceptionPattern,
  Expected,
  LinkPattern,
  ListPattern,
  LogPattern,
  Predicate,
  SpanPattern,
  TestingMatcher,
  Times,
} from './pattern/pattern.js';
export type { Absent, Exactly, Ordered, Wrapped } from './pattern/wrapper.js';
export { absent, exactly, ordered } from './pattern/wrappers.js';
export type { SpanMatcher } from './matcher.js';
