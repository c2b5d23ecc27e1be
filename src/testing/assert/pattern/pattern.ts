import type { AttributeValue, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { SpanKindName, SpanStatusName } from '../../../trace/captured-span.js';

export const ABSENT: unique symbol = Symbol.for('otel-span-cache.absent') as never;
export const EXACTLY: unique symbol = Symbol.for('otel-span-cache.exactly') as never;
export const ORDERED: unique symbol = Symbol.for('otel-span-cache.ordered') as never;

/*
 * Recognized by registered symbols instead of classes, because a test may load this package as ES module and as
 * CommonJS module.
 */

/** The type of `absent`. */
export interface Absent {
  readonly [ABSENT]: true;
}

/** What `exactly()` returns. */
export interface Exactly<T> {
  readonly [EXACTLY]: readonly T[];
}

/** What `ordered()` returns. */
export interface Ordered<T> {
  readonly [ORDERED]: readonly T[];
}

/** What `exactly()` and `ordered()` take: elements, one list of them, or each other. */
export type Wrapped<T> = T | readonly T[] | Exactly<Wrapped<T>> | Ordered<Wrapped<T>>;

/** Says of a value whether it is right, by what it returns. Not called if there is no value. */
// An attribute is of any type, and the test knows which: `(amount) => amount > 0`.
// oxlint-disable-next-line typescript/no-explicit-any
export type Predicate = (value: any) => unknown;

/** A matcher of jest or vitest, such as `expect.any(Number)`. */
export interface AsymmetricMatcher {
  /** Whether it matches, by truthiness. */
  asymmetricMatch(value: unknown): unknown;
}

/** A matcher of sinon, such as `sinon.match.number`. */
export interface TestingMatcher {
  /** Whether it matches, by truthiness. */
  test(value: unknown): unknown;
}

/** What a value is expected to be. */
export type Expected<T> = T | RegExp | Predicate | AsymmetricMatcher | TestingMatcher | Absent;

/** Elements of a list: these at least, each of them another one, in any order. */
export type ListPattern<T> = readonly T[] | Exactly<Wrapped<T>> | Ordered<Wrapped<T>> | Absent;

/** By attribute key. Attributes that are not mentioned may be anything. */
export type AttributesPattern = Readonly<Record<string, Expected<AttributeValue>>>;

/** How many of a list's elements are meant. */
export interface Times {
  /** This many different ones: as if the pattern stood there as often. From 1, default 1. */
  readonly times?: number;
}

interface Strict {
  /** Whether nothing else is allowed: no further attributes, events, links, children. Also for what is inside. */
  readonly exact?: boolean;
}

/** What an event of a span is expected to be, a log record in it included. What is not mentioned may be anything. */
export interface EventPattern extends Strict {
  readonly name?: Expected<string>;
  readonly time?: Expected<number>;
  readonly attributes?: AttributesPattern | Exactly<AttributesPattern> | Absent;
  /** Of a log record: its severity, as in a `LogPattern`. */
  readonly severity?: Expected<string | number>;
  /** Of a log record: its body. An object is partial. */
  readonly body?: unknown;
  /** Of all that is mentioned here, nothing may hold. */
  readonly not?: Omit<EventPattern, 'not' | 'exact'>;
}

/** What an exception recorded on a span is expected to be. What is not mentioned may be anything. */
export interface ExceptionPattern {
  readonly type?: Expected<string>;
  readonly message?: Expected<string>;
  readonly stacktrace?: Expected<string>;
}

/** What a link of a span is expected to be. What is not mentioned may be anything. */
export interface LinkPattern extends Strict {
  readonly traceId?: Expected<string>;
  readonly spanId?: Expected<string>;
  readonly attributes?: AttributesPattern | Exactly<AttributesPattern> | Absent;
  /** Of all that is mentioned here, nothing may hold. */
  readonly not?: Omit<LinkPattern, 'not' | 'exact'>;
}

/** What a span is expected to be. What is not mentioned may be anything. */
export interface SpanPattern extends Strict {
  readonly name?: Expected<string>;
  /** By name or as `SpanKind`. Functions and matchers get the name. */
  readonly kind?: Expected<SpanKindName | SpanKind>;
  /** By name or as `SpanStatusCode`. Functions and matchers get the name. */
  readonly status?: Expected<SpanStatusName | SpanStatusCode>;
  readonly statusMessage?: Expected<string>;
  readonly traceId?: Expected<string>;
  readonly spanId?: Expected<string>;
  readonly parentSpanId?: Expected<string>;
  readonly parentIsRemote?: Expected<boolean>;
  readonly startTime?: Expected<number>;
  readonly durationMillis?: Expected<number>;
  readonly ended?: Expected<boolean>;
  /** The name of the instrumentation scope. */
  readonly scope?: Expected<string>;
  /** The `service.name`, in a `remoteScope()`. */
  readonly service?: Expected<string>;
  readonly attributes?: AttributesPattern | Exactly<AttributesPattern> | Absent;
  /** An exception that was recorded on the span, or logged in it. */
  readonly exception?: ExceptionPattern | Absent;
  readonly events?: ListPattern<EventPattern & Times>;
  readonly links?: ListPattern<LinkPattern & Times>;
  readonly children?: ListPattern<SpanPattern & Times>;
  /** Spans at any depth below this one. */
  readonly descendants?: ListPattern<SpanPattern & Times>;
  /**
   * Of all that is mentioned here, nothing may hold: each key, attribute and element of a list counts on
   * its own. `times: n` in it allows fewer than n.
   */
  readonly not?: Omit<SpanPattern, 'not' | 'exact'>;
}

/** What a log record is expected to be. What is not mentioned may be anything. */
export interface LogPattern extends Strict {
  readonly eventName?: Expected<string>;
  /** An object is partial, an array is not. */
  readonly body?: unknown;
  /**
   * A text, in whatever case, such as `INFO` for pino's `info`; or a severity number, such as `SeverityNumber.INFO`.
   * Functions and matchers get the text. A record that has only a number has its name for text.
   */
  readonly severity?: Expected<string | number>;
  readonly severityNumber?: Expected<number>;
  readonly time?: Expected<number>;
  readonly scope?: Expected<string>;
  /** The `service.name`, in a `remoteScope()`. */
  readonly service?: Expected<string>;
  readonly traceId?: Expected<string>;
  readonly spanId?: Expected<string>;
  /** By key. They may nest: objects are partial, arrays are not. */
  readonly attributes?: Readonly<Record<string, unknown>> | Exactly<Readonly<Record<string, unknown>>> | Absent;
  /** The span it was emitted in. */
  readonly span?: SpanPattern | Absent;
  /** Of all that is mentioned here, nothing may hold. */
  readonly not?: Omit<LogPattern, 'not' | 'exact'>;
}
