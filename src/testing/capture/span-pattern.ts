import { inspect } from 'node:util';
import { expectation } from '../../validation/option.js';
import type { CapturedSpan, SpanKindName, SpanStatusName } from '../captured.js';

/** What an attribute must be: that value, a text that it matches, or a function that returns true for it. */
export type AttributePattern =
  | string
  | number
  | boolean
  | readonly unknown[]
  | RegExp
  | ((value: unknown) => boolean);

/** What a span must look like. What is not mentioned may be anything. */
export interface SpanPattern {
  readonly name?: string | RegExp;
  readonly kind?: SpanKindName;
  readonly status?: SpanStatusName;
  /** The `service.name`, in a `remoteScope()`. */
  readonly service?: string | RegExp;
  readonly attributes?: Readonly<Record<string, AttributePattern>>;
}

/** What to wait for: a pattern, a function, or a name alone. */
export type SpanMatcher = string | RegExp | SpanPattern | ((span: CapturedSpan) => boolean);

/** @throws TypeError for what is no matcher */
export function requireMatcher(name: string, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'function') return;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new TypeError(expectation(name, 'a name, a RegExp, a pattern or a function', value));
}

export function matchesSpan(matcher: SpanMatcher, span: CapturedSpan): boolean {
  return typeof matcher === 'function' ? matcher(span) : differences(matcher, span).length === 0;
}

/** What keeps a span from matching: nothing, if it matches. */
export function differences(matcher: SpanMatcher, span: CapturedSpan): string[] {
  if (typeof matcher === 'function') return matcher(span) ? [] : ['the function says no'];
  return expectations(matcher)
    .filter(({ key, expected }) => !matchesValue(expected, actualOf(span, key)))
    .map(({ key, expected }) => `${key.join(' ')} is ${show(actualOf(span, key))}, not ${show(expected)}`);
}

/** How many things a matcher asks for. */
export function demands(matcher: SpanMatcher): number {
  return typeof matcher === 'function' ? 1 : expectations(matcher).length;
}

/** A matcher on one line. */
export function describeMatcher(matcher: SpanMatcher | undefined): string {
  return typeof matcher === 'function' && matcher.name === '' ? 'the function given' : show(matcher);
}

interface Expectation {
  readonly key: readonly [string] | readonly [string, string];
  readonly expected: unknown;
}

function expectations(matcher: string | RegExp | SpanPattern): Expectation[] {
  if (typeof matcher === 'string' || matcher instanceof RegExp) return [{ key: ['name'], expected: matcher }];
  const { attributes = {}, ...members } = matcher;
  return [
    ...Object.entries(members).map(([key, expected]): Expectation => ({ key: [key], expected })),
    ...Object.entries(attributes).map(([key, expected]): Expectation => ({ key: ['attribute', key], expected })),
  ].filter(({ expected }) => expected !== undefined);
}

function actualOf(span: CapturedSpan, [member, attribute]: Expectation['key']): unknown {
  return attribute === undefined ? span[member as keyof CapturedSpan] : span.attributes[attribute];
}

function matchesValue(expected: unknown, actual: unknown): boolean {
  if (expected instanceof RegExp) {
    expected.lastIndex = 0;
    return typeof actual === 'string' && expected.test(actual);
  }
  if (typeof expected === 'function') return (expected as (value: unknown) => unknown)(actual) === true;
  if (!Array.isArray(expected)) return Object.is(expected, actual);
  return (
    Array.isArray(actual) &&
    actual.length === expected.length &&
    expected.every((element, index) => matchesValue(element, actual[index]))
  );
}

function show(value: unknown): string {
  return inspect(value, { depth: 3, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 10 });
}
