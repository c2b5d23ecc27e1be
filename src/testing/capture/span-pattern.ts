import { inspect } from 'node:util';
import { expectation } from '../../validation/option.js';
import type { CapturedSpan } from '../captured.js';
import { spanMatcher, type SpanPattern } from '../expect/index.js';

/**
 * Which span is meant: by its name alone, by a pattern as in `assertSpan()`, or by a function. A pattern may
 * not mention the spans below: those are seen when the trace is complete.
 */
export type SpanMatcher = string | RegExp | SpanPattern | ((span: CapturedSpan) => boolean);

/** By pattern: a wait looks at the same one after each change. */
const compiled = new WeakMap<SpanPattern, (span: CapturedSpan) => boolean>();

/** @throws TypeError for what is no matcher */
export function requireMatcher(name: string, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'function' || value instanceof RegExp) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(expectation(name, 'a name, a RegExp, a pattern or a function', value));
  }
  spanMatcher(value);
}

export function matchesSpan(matcher: SpanMatcher, span: CapturedSpan): boolean {
  if (typeof matcher === 'function') return matcher(span);
  if (typeof matcher === 'string') return matcher === span.name;
  const pattern = patternOf(matcher);
  let matches = compiled.get(pattern);
  if (matches === undefined) {
    matches = spanMatcher(pattern);
    compiled.set(pattern, matches);
  }
  return matches(span);
}

/** What keeps a span from matching: nothing, if it matches. */
export function differences(matcher: SpanMatcher, span: CapturedSpan): string[] {
  if (typeof matcher === 'function') return matcher(span) ? [] : ['the function says no'];
  return demandsOf(patternOf(matcher))
    .filter(({ pattern }) => !spanMatcher(pattern)(span))
    .map(({ key: [member, attribute], expected }) => {
      const label = attribute === undefined ? member : `attribute ${attribute}`;
      const actual = attribute === undefined ? span[member as keyof CapturedSpan] : span.attributes[attribute];
      return `${label} is ${show(actual)}, not ${show(expected)}`;
    });
}

/** A matcher on one line. */
export function describeMatcher(matcher: SpanMatcher | undefined): string {
  return typeof matcher === 'function' && matcher.name === '' ? 'the function given' : show(matcher);
}

/** One thing that a pattern asks for. */
interface Demand {
  readonly key: readonly [member: string, attribute?: string];
  readonly expected: unknown;
  /** The pattern that asks for that alone. */
  readonly pattern: SpanPattern;
}

function demandsOf(pattern: SpanPattern): Demand[] {
  return Object.entries(pattern)
    .filter(([member, expected]) => member !== 'exact' && expected !== undefined)
    .flatMap(([member, expected]: [string, unknown]): Demand[] => {
      const alone = { key: [member], expected, pattern: { [member]: expected } } as const;
      if (member !== 'attributes' || Object.getPrototypeOf(expected) !== Object.prototype) return [alone];
      return Object.entries(expected as object).map(([attribute, value]: [string, unknown]) => ({
        key: [member, attribute],
        expected: value,
        pattern: { attributes: { [attribute]: value } } as SpanPattern,
      }));
    });
}

function patternOf(matcher: string | RegExp | SpanPattern): SpanPattern {
  return typeof matcher === 'string' || matcher instanceof RegExp ? { name: matcher } : matcher;
}

function show(value: unknown): string {
  return inspect(value, { depth: 3, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 10 });
}
