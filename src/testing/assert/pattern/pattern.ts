import type { AttributeValue, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { SpanKindName, SpanStatusName } from '../../../trace/captured-span.js';

export const ABSENT: unique symbol = Symbol.for('otel-span-cache.absent') as never;
export const EXACTLY: unique symbol = Symbol.for('otel-span-cache.exactly') as never;
export const ORDERED: unique symbol = Symbol.for('otel-span-cache.ordered') as never;

/*
 * Registered symbols rather than classes mark these objects, because a test may load this package both as an ES module
 * and as a CommonJS module.
 */

/** The type of `absent`. */
export interface Absent {
  readonly [ABSENT]: true;
}

/** The return type of `exactly()`. */
export interface Exactly<T> {
  readonly [EXACTLY]: readonly T[];
}

/** The return type of `ordered()`. */
export interface Ordered<T> {
  readonly [ORDERED]: readonly T[];
}

/** An argument of `exactly()` and `ordered()`: an element, a list of elements, or a call of the other function. */
export type Wrapped<T> = T | readonly T[] | Exactly<Wrapped<T>> | Ordered<Wrapped<T>>;

/** Returns a truthy result for a value that matches. Not called for a value that is absent. */
// `any`, because an attribute may have any type and the test relies on one: `(amount) => amount > 0`.
// oxlint-disable-next-line typescript/no-explicit-any
export type Predicate = (value: any) => unknown;

/** A matcher of jest or vitest, such as `expect.any(Number)`. */
export interface AsymmetricMatcher {
  /** Returns a truthy result for a value that matches. */
  asymmetricMatch(value: unknown): unknown;
}

/** A matcher of sinon, such as `sinon.match.number`. */
export interface TestingMatcher {
  /** Returns a truthy result for a value that matches. */
  test(value: unknown): unknown;
}

/** Expectation of one value: a literal, a RegExp, a predicate, a matcher, or `absent`. */
export type Expected<T> = T | RegExp | Predicate | AsymmetricMatcher | TestingMatcher | Absent;

/**
 * Expected elements of a list. A plain list means at least these elements, in any order; each expected element must match
 * a different one. `exactly()` forbids further elements, `ordered()` requires this order, `absent` requires an empty list.
 */
export type ListPattern<T> = readonly T[] | Exactly<Wrapped<T>> | Ordered<Wrapped<T>> | Absent;

/** Expected attributes by key. Attributes that are not mentioned may have any value. */
export type AttributesPattern = Readonly<Record<string, Expected<AttributeValue>>>;

/** How many elements a pattern stands for. */
export interface Times {
  /** Number of different elements that must match, as if the pattern were repeated. An integer from 1, default 1. */
  readonly times?: number;
}

interface Strict {
  /** Whether to reject attributes, events, links and children that are not mentioned, here and in nested patterns. */
  readonly exact?: boolean;
}

/**
 * Expected event of a span, including the log records attached to it. Keys that are not mentioned may have any value.
 */
export interface EventPattern extends Strict {
  readonly name?: Expected<string>;
  readonly time?: Expected<number>;
  readonly attributes?: AttributesPattern | Exactly<AttributesPattern> | Absent;
  /** Severity of a log record, as in a `LogPattern`. */
  readonly severity?: Expected<string | number>;
  /** Body of a log record. An object in the pattern matches partially. */
  readonly body?: unknown;
  /** Nothing mentioned here may hold. */
  readonly not?: Omit<EventPattern, 'not' | 'exact'>;
}

/** Expected exception of a span. Keys that are not mentioned may have any value. */
export interface ExceptionPattern {
  readonly type?: Expected<string>;
  readonly message?: Expected<string>;
  readonly stacktrace?: Expected<string>;
}

/** Expected link of a span. Keys that are not mentioned may have any value. */
export interface LinkPattern extends Strict {
  readonly traceId?: Expected<string>;
  readonly spanId?: Expected<string>;
  readonly attributes?: AttributesPattern | Exactly<AttributesPattern> | Absent;
  /** Nothing mentioned here may hold. */
  readonly not?: Omit<LinkPattern, 'not' | 'exact'>;
}

/** Expected span. Keys that are not mentioned may have any value. */
export interface SpanPattern extends Strict {
  readonly name?: Expected<string>;
  /** A name such as `'server'`, or a `SpanKind`. Predicates and matchers receive the name. */
  readonly kind?: Expected<SpanKindName | SpanKind>;
  /** `'unset'`, `'ok'` or `'error'`, or a `SpanStatusCode`. Predicates and matchers receive the name. */
  readonly status?: Expected<SpanStatusName | SpanStatusCode>;
  readonly statusMessage?: Expected<string>;
  readonly traceId?: Expected<string>;
  readonly spanId?: Expected<string>;
  readonly parentSpanId?: Expected<string>;
  readonly parentIsRemote?: Expected<boolean>;
  /** In milliseconds since the epoch. */
  readonly startTime?: Expected<number>;
  readonly durationMillis?: Expected<number>;
  /** `assertSpan()` considers open spans only if the pattern mentions this key. */
  readonly ended?: Expected<boolean>;
  /** Name of the instrumentation scope. */
  readonly scope?: Expected<string>;
  /** The `service.name`, in a `remoteScope()`. */
  readonly service?: Expected<string>;
  readonly attributes?: AttributesPattern | Exactly<AttributesPattern> | Absent;
  /** An exception recorded on the span, or logged in it. */
  readonly exception?: ExceptionPattern | Absent;
  readonly events?: ListPattern<EventPattern & Times>;
  readonly links?: ListPattern<LinkPattern & Times>;
  readonly children?: ListPattern<SpanPattern & Times>;
  /** Spans at any depth below this one. */
  readonly descendants?: ListPattern<SpanPattern & Times>;
  /**
   * Nothing mentioned here may hold: each key, attribute and list element is negated separately. `times: n` allows fewer
   * than n matches.
   */
  readonly not?: Omit<SpanPattern, 'not' | 'exact'>;
}

/** Expected log record. Keys that are not mentioned may have any value. */
export interface LogPattern extends Strict {
  readonly eventName?: Expected<string>;
  /** An object in the pattern matches partially, an array must match whole. */
  readonly body?: unknown;
  /**
   * A severity text, in upper or lower case, or a severity number such as `SeverityNumber.INFO`. Predicates and matchers
   * receive the text; if a record has only a number, the number's name.
   */
  readonly severity?: Expected<string | number>;
  readonly severityNumber?: Expected<number>;
  /** In milliseconds since the epoch. */
  readonly time?: Expected<number>;
  readonly scope?: Expected<string>;
  /** The `service.name`, in a `remoteScope()`. */
  readonly service?: Expected<string>;
  readonly traceId?: Expected<string>;
  readonly spanId?: Expected<string>;
  /** By key. Nested objects match partially, nested arrays must match whole. */
  readonly attributes?: Readonly<Record<string, unknown>> | Exactly<Readonly<Record<string, unknown>>> | Absent;
  /** The span that the log record was emitted in. */
  readonly span?: SpanPattern | Absent;
  /** Nothing mentioned here may hold. */
  readonly not?: Omit<LogPattern, 'not' | 'exact'>;
}
