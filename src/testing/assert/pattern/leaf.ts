import { types } from 'node:util';
import { valueText } from '../../../model/text-of.js';
import { expectation } from '../../../support/option.js';
import type { AsymmetricMatcher, Predicate, TestingMatcher } from './pattern.js';
import { exactItems, isAbsent } from './wrappers.js';

/** A compiled expectation of a single value. */
export interface Leaf {
  /** For messages: `/^ord_/`, `(n) => n > 0`, `server`. Computed lazily, because most patterns match. */
  readonly description: string;
  /** For a string literal, the string without quotes. */
  readonly text?: string;
  /** Whether matching calls code of the test, which must happen at most once per value. */
  readonly callsCode: boolean;
  /** Rethrows errors of the test's code in the pattern. */
  readonly matches: (value: unknown) => boolean;
}

/** The literals that a key of a pattern accepts, besides functions and matchers. */
export interface Literals {
  readonly expected: string;
  accepts(value: unknown): boolean;
  /** Turns a literal into the value to compare with. */
  normalize?(value: unknown): unknown;
  /** Equality of a value and a literal, if looser than `===`. */
  same?(actual: unknown, literal: unknown): boolean;
  /** Whether objects are accepted, and compared key by key. */
  readonly nested?: boolean;
}

const MAX_SOURCE = 60;
/** Maximum nesting of a value in a pattern, far above that of captured values. */
const MAX_NESTED = 100;

export const absentLeaf: Leaf = { description: '(absent)', callsCode: false, matches: (value) => value === undefined };

/** @throws TypeError for a value that can never match, such as a number for a name */
export function compileLeaf(value: unknown, path: string, literals: Literals, depth = 0): Leaf {
  if (isAbsent(value)) return absentLeaf;
  if (depth > MAX_NESTED) throw new TypeError(`values in patterns must be nested at most ${MAX_NESTED} levels deep`);
  return compileMatcher(value, path) ?? compileLiteral(value, path, literals, depth);
}

function compileMatcher(value: unknown, path: string): Leaf | undefined {
  if (isRegExp(value))
    return leafOf(
      () => String(value),
      (actual) => searches(value, actual),
      { callsCode: false },
    );
  const calling = (describe: () => string, code: Predicate): Leaf =>
    leafOf(describe, (actual) => verdict(code(actual), path), { callsCode: true });
  const test = typeof value === 'object' ? methodOf(value, 'test') : undefined;
  const matches = methodOf(value, 'asymmetricMatch') ?? test;
  if (matches !== undefined) return calling(() => matcherName(value as object), matches);
  if (typeof value !== 'function') return undefined;
  if (isConstructor(value)) throw new TypeError(expectation(path, 'a predicate, not a class', value));
  return calling(() => sourceOf(value), value as Predicate);
}

function compileLiteral(value: unknown, path: string, literals: Literals, depth: number): Leaf {
  if (literals.nested && isPlainObject(value)) return compileObject(value, path, literals, depth, false);
  const exact = literals.nested ? exactItems(value) : undefined;
  if (exact?.length === 1 && isPlainObject(exact[0])) return compileObject(exact[0], path, literals, depth, true);
  if (!literals.accepts(value))
    throw new TypeError(expectation(path, `${literals.expected}, a RegExp, a predicate, a matcher or absent`, value));
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
      isPlainObject(actual) &&
      (!exact || Object.keys(actual).every((key) => Object.hasOwn(value, key))) &&
      fields.every(([key, field]) =>
        field.matches(Object.hasOwn(actual, key) ? (actual as Record<string, unknown>)[key] : undefined),
      ),
    { callsCode: fields.some(([, { callsCode }]) => callsCode) },
  );
}

/** Makes a leaf that never matches undefined. */
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

/** Uses `search()`, which ignores `lastIndex`: a global pattern may have been used before. */
function searches(pattern: RegExp, value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  return String(value).search(pattern) >= 0;
}

/** @throws TypeError for a promise, which is always truthy */
function verdict(result: unknown, path: string): boolean {
  if (typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function') {
    Promise.resolve(result).catch(() => {});
    throw new PatternError(`${path} must be a synchronous predicate, got one that returned a promise`);
  }
  return Boolean(result);
}

/** A mistake in a pattern that is detected only when the pattern is used. */
export class PatternError extends TypeError {
  static {
    this.prototype.name = 'TypeError';
  }
}

/**
 * Whether a value is an object literal. Works across realms, because jest runs tests in a realm of their own. Excludes
 * `absent`, `exactly()` and `ordered()`, which are marked with symbols.
 */
export function isPlainObject(value: unknown): value is object {
  return (
    Object.prototype.toString.call(value) === '[object Object]' && Object.getOwnPropertySymbols(value).length === 0
  );
}

function methodOf(value: unknown, name: keyof AsymmetricMatcher | keyof TestingMatcher): Predicate | undefined {
  const method = (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return typeof method === 'function' ? (actual) => method.call(value, actual) as unknown : undefined;
}

/** Whether a function is a class or a built-in such as `Number`, which would accept nearly every value as a predicate. */
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
    // Matchers override `toString()`.
    // oxlint-disable-next-line typescript/no-base-to-string
    const name = String(matcher);
    if (sample === undefined || typeof sample === 'function') return name;
    return `${name} ${types.isRegExp(sample) ? String(sample) : valueText(sample)}`;
  } catch {
    return 'a matcher';
  }
}
