import { types } from 'node:util';
import { valueText } from '../../../model/text-of.js';
import { expectation } from '../../../support/option.js';
import type { AsymmetricMatcher, Predicate, TestingMatcher } from './pattern.js';
import { exactItems, isAbsent } from './wrappers.js';

/** What one value is expected to be. */
export interface Leaf {
  /** For messages: `/^ord_/`, `(n) => n > 0`, `server`. Made when read, because most patterns match. */
  readonly description: string;
  /** Of a literal text: the text itself, without quotes. */
  readonly text?: string;
  /** Whether it calls code of the test: at most once per value. */
  readonly callsCode: boolean;
  /** Throws what the test's own code in the pattern throws. */
  readonly matches: (value: unknown) => boolean;
}

/** Literals allowed in a place of a pattern, besides functions and matchers. */
export interface Literals {
  readonly expected: string;
  accepts(value: unknown): boolean;
  /** Turns a literal into the value to compare with. */
  normalize?(value: unknown): unknown;
  /** Whether a value is the literal, if that is not plain equality. */
  same?(actual: unknown, literal: unknown): boolean;
  /** Whether the value may be an object, to be compared key by key. */
  readonly nested?: boolean;
}

const MAX_SOURCE = 60;
/** Bound of the nesting of a pattern's value, far above that of captured values. */
const MAX_NESTED = 100;

export const absentLeaf: Leaf = { description: '(absent)', callsCode: false, matches: (value) => value === undefined };

/** @throws TypeError for a value that can never match there, such as a number for a name */
export function compileLeaf(value: unknown, path: string, literals: Literals, depth = 0): Leaf {
  if (isAbsent(value)) return absentLeaf;
  if (depth > MAX_NESTED) throw new TypeError(`values in patterns must nest at most ${MAX_NESTED} deep`);
  return compileMatcher(value, path) ?? compileLiteral(value, path, literals, depth);
}

function compileMatcher(value: unknown, path: string): Leaf | undefined {
  if (isRegExp(value)) return leafOf(() => String(value), (actual) => searches(value, actual), { callsCode: false });
  const calling = (describe: () => string, code: Predicate): Leaf =>
    leafOf(describe, (actual) => verdict(code(actual), path), { callsCode: true });
  if (hasMethod<AsymmetricMatcher>(value, 'asymmetricMatch')) {
    return calling(() => matcherName(value), (actual) => value.asymmetricMatch(actual));
  }
  if (typeof value === 'object' && hasMethod<TestingMatcher>(value, 'test')) {
    return calling(() => matcherName(value), (actual) => value.test(actual));
  }
  if (typeof value !== 'function') return undefined;
  if (isConstructor(value)) throw new TypeError(expectation(path, 'a predicate, not a class', value));
  return calling(() => sourceOf(value), value as Predicate);
}

function compileLiteral(value: unknown, path: string, literals: Literals, depth: number): Leaf {
  if (literals.nested && isObject(value)) return compileObject(value, path, literals, depth, false);
  const exact = literals.nested ? exactItems(value) : undefined;
  if (exact?.length === 1 && isObject(exact[0])) return compileObject(exact[0], path, literals, depth, true);
  if (!literals.accepts(value)) throw new TypeError(expectation(path, `${literals.expected}, a RegExp, a predicate, a matcher or absent`, value));
  if (Array.isArray(value)) return compileArray(value, path, literals, depth);
  const literal = literals.normalize ? literals.normalize(value) : value;
  return leafOf(
    () => valueText(literal),
    (actual) => actual === literal || Object.is(actual, literal) || literals.same?.(actual, literal) === true,
    { callsCode: false, ...(typeof literal === 'string' && { text: literal }) },
  );
}

function compileArray(value: readonly unknown[], path: string, literals: Literals, depth: number): Leaf {
  const elements = value.map((element, index) =>
    element === null || element === undefined
      ? { description: String(element), callsCode: false, matches: (actual: unknown) => actual === element }
      : compileLeaf(element, `${path}[${index}]`, literals, depth + 1),
  );
  return leafOf(
    () => `[${elements.map(({ description }) => description).join(', ')}]`,
    (actual) =>
      Array.isArray(actual) &&
      actual.length === elements.length &&
      elements.every((element, index) => element.matches(actual[index])),
    { callsCode: elements.some(({ callsCode }) => callsCode) },
  );
}

function compileObject(value: object, path: string, literals: Literals, depth: number, exact: boolean): Leaf {
  const fields = Object.entries(value).map(
    ([key, field]) => [key, compileLeaf(field, `${path}.${key}`, literals, depth + 1)] as const,
  );
  const items = (): string => fields.map(([key, { description }]) => `${key}=${description}`).join(', ');
  return leafOf(
    () => (exact ? `exactly {${items()}}` : `{${items()}}`),
    (actual) =>
      isObject(actual) &&
      (!exact || Object.keys(actual).every((key) => Object.hasOwn(value, key))) &&
      fields.every(([key, field]) =>
        field.matches(Object.hasOwn(actual, key) ? (actual as Record<string, unknown>)[key] : undefined),
      ),
    { callsCode: fields.some(([, { callsCode }]) => callsCode) },
  );
}

/** Never matches undefined. */
function leafOf(describe: () => string, matches: Leaf['matches'], more: Pick<Leaf, 'callsCode' | 'text'>): Leaf {
  return {
    get description() {
      return describe();
    },
    ...more,
    matches: (actual) => actual !== undefined && matches(actual),
  };
}

/** Works across realms. */
export function isRegExp(value: unknown): value is RegExp {
  return types.isRegExp(value);
}

/** `search()` ignores the `lastIndex` that an earlier use left in a global pattern. */
function searches(pattern: RegExp, value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  return String(value).search(pattern) >= 0;
}

/** @throws TypeError for a promise, which would be truthy whatever it resolves to */
function verdict(result: unknown, path: string): boolean {
  if (typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function') {
    Promise.resolve(result).catch(() => {});
    throw new PatternError(`${path} must be a synchronous predicate, got one that returned a promise`);
  }
  return Boolean(result);
}

/** A mistake in a pattern that shows only when it is used. */
export class PatternError extends TypeError {
  static {
    this.prototype.name = 'TypeError';
  }
}

/** An object literal, of any realm: jest runs tests in a realm of their own. */
export function isObject(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]' && Object.getOwnPropertySymbols(value).length === 0;
}

function hasMethod<T extends object>(value: unknown, method: keyof T & string): value is T {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as Record<string, unknown>)[method] === 'function';
}

/** `class A`, or `Number` and the like, which as a predicate would accept nearly every value. */
function isConstructor(value: object): boolean {
  const source = Function.prototype.toString.call(value);
  return source.startsWith('class') || (/^function [A-Z]/.test(source) && source.includes('[native code]'));
}

function sourceOf(value: object): string {
  const source = Function.prototype.toString.call(value).replaceAll(/\s+/g, ' ');
  return source.length > MAX_SOURCE ? `${source.slice(0, MAX_SOURCE - 1)}…` : source;
}

function matcherName(matcher: object): string {
  const { toAsymmetricMatcher, sample } = matcher as { toAsymmetricMatcher?: unknown; sample?: unknown };
  try {
    if (typeof toAsymmetricMatcher === 'function') return String(toAsymmetricMatcher.call(matcher));
    // Matchers have a `toString()` of their own.
    // oxlint-disable-next-line typescript/no-base-to-string
    const name = String(matcher);
    if (sample === undefined || typeof sample === 'function') return name;
    return `${name} ${types.isRegExp(sample) ? String(sample) : valueText(sample)}`;
  } catch {
    return 'a matcher';
  }
}
