export { assertLog } from './assert-log.js';
export { assertNoSpan, type AssertNoSpanOptions } from './assert-no-span.js';
export { assertSpan, matchesSpan, spanMatcher } from './assert-span.js';
export { assertTrace, matchesTrace, type AssertTraceOptions, type Traces } from './assert-trace.js';
export type {
  Absent,
  AsymmetricMatcher,
  AttributesPattern,
  EventPattern,
  Exactly,
  ExceptionPattern,
  Expected,
  LinkPattern,
  ListPattern,
  LogPattern,
  Ordered,
  Predicate,
  SpanPattern,
  TestingMatcher,
  Times,
  Wrapped,
} from './pattern/pattern.js';
export { absent, exactly, ordered } from './pattern/wrappers.js';
export type { SpanMatcher } from './matcher.js';
