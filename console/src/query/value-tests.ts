import type { BuiltInKey, KeyType } from './keys.js';
import { numberOf, parseDuration, parseNumber, parseSeverity, parseTime } from './literals.js';
import {
  NUMBER_OPERATORS,
  OPERATORS,
  QueryError,
  oneOf,
  type Literal,
  type NumberOperator,
  type Operator,
} from './syntax.js';
import { TimeLimit } from './time-limit.js';
import { anyOf, contains, matches } from './text-tests.js';

/** Whether a value passes. Callers handle negation: `!=` uses the test of `=`, and `!~` that of `~`. */
export type ValueTest = (value: unknown) => boolean;

export interface Comparison {
  readonly operator: Operator;
  readonly values: readonly Literal[];
}

const WITHOUT_ORDER: readonly Operator[] = ['=', '!=', '~', '!~', 'in'];
const OF_NUMBERS: readonly Operator[] = [...NUMBER_OPERATORS, 'in'];

/** Operators by type of key. Attributes have all of them. */
export const OPERATORS_OF: Readonly<Record<KeyType, readonly Operator[]>> = {
  text: OPERATORS,
  number: OF_NUMBERS,
  duration: OF_NUMBERS,
  time: OF_NUMBERS,
  choice: WITHOUT_ORDER,
  severity: OF_NUMBERS,
};

type Scalar = number | string;

export const COMPARE: Readonly<Record<NumberOperator, (value: Scalar, other: Scalar) => boolean>> = {
  '=': (value, other) => value === other,
  '!=': (value, other) => value !== other,
  '>': (value, other) => value > other,
  '>=': (value, other) => value >= other,
  '<': (value, other) => value < other,
  '<=': (value, other) => value <= other,
};

/** The test for an attribute or a text key: each value is compared by its own type. @throws QueryError */
export function testOfAny({ operator, values }: Comparison, limit: TimeLimit): ValueTest {
  const literal = values[0]!;
  if (operator === 'has') return has(literal.text);
  if (operator === '~' || operator === '!~') {
    const test = matches(literal, limit);
    return anyOf((value) => isScalar(value) && test(String(value))) as ValueTest;
  }
  if (operator === '=' || operator === '!=' || operator === 'in') {
    const tests = values.map(({ text }) => equals(text));
    const [first] = tests as [ValueTest];
    return anyOf(tests.length === 1 ? first : (value) => tests.some((test) => test(value))) as ValueTest;
  }
  return anyOf(isOrdered(COMPARE[operator], literal.text)) as ValueTest;
}

/** The test for a built-in key. @throws QueryError */
export function testOfKey(
  name: string,
  { type, choices = [] }: BuiltInKey,
  comparison: Comparison,
  limit: TimeLimit,
): ValueTest {
  if (type === 'text') return testOfAny(comparison, limit);
  if (type === 'choice') return testOfChoice(name, choices, comparison);
  return testOfRange(comparison, RANGE_OF[type]);
}

/** The range of numbers that a literal represents. */
const RANGE_OF: Readonly<Record<Exclude<KeyType, 'text' | 'choice'>, (literal: Literal) => Range>> = {
  number: (literal) => exactly(parseNumber(literal)),
  duration: (literal) => exactly(parseDuration(literal)),
  time: (literal) => exactly(parseTime(literal)),
  severity: parseSeverity,
};

type Range = readonly [low: number, high: number];

function exactly(number: number): Range {
  return [number, number];
}

function has(text: string): ValueTest {
  const isElement = equals(text);
  const isPart = contains(text);
  return (value) => (Array.isArray(value) ? value.some(isElement) : isScalar(value) && isPart(String(value)));
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** `200` equals the number 200 and the text "200". */
function equals(text: string): ValueTest {
  const number = numberOf(text);
  const boolean = text === 'true' ? true : text === 'false' ? false : undefined;
  return (value) => value === text || (value !== undefined && (value === number || value === boolean));
}

/** Numbers, and texts that contain a number, are compared as numbers; other texts by their characters. */
function isOrdered(isInOrder: (value: Scalar, other: Scalar) => boolean, text: string): ValueTest {
  const number = numberOf(text);
  if (number === undefined) return (value) => typeof value === 'string' && isInOrder(value, text);
  return (value) => {
    if (typeof value === 'number') return isInOrder(value, number);
    const ofText = typeof value === 'string' && value.length <= 32 ? numberOf(value) : undefined;
    return ofText !== undefined && isInOrder(ofText, number);
  };
}

function testOfRange({ operator, values }: Comparison, rangeOf: (literal: Literal) => Range): ValueTest {
  const ranges = values.map(rangeOf);
  const [low, high] = ranges[0]!;
  if (operator === '>') return numeric((value) => value > high);
  if (operator === '>=') return numeric((value) => value >= low);
  if (operator === '<') return numeric((value) => value < low);
  if (operator === '<=') return numeric((value) => value <= high);
  return numeric((value) => ranges.some(([from, to]) => value >= from && value <= to));
}

function numeric(test: (value: number) => boolean): ValueTest {
  return (value) => typeof value === 'number' && test(value);
}

function testOfChoice(name: string, choices: readonly string[], { operator, values }: Comparison): ValueTest {
  const chosen = new Set<unknown>();
  for (const literal of values) {
    const test =
      operator === '~' || operator === '!~' ? matches(literal, new TimeLimit()) : isChoice(name, choices, literal);
    choices.forEach((choice, index) => test(choice) && chosen.add(index));
  }
  return (value) => chosen.has(value);
}

function isChoice(name: string, choices: readonly string[], literal: Literal): (choice: string) => boolean {
  const wanted = literal.text.toLowerCase();
  if (!choices.includes(wanted)) throw new QueryError(`Expected a ${name}: ${oneOf(choices)}`, literal);
  return (choice) => choice === wanted;
}
