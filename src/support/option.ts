import { inspect } from 'node:util';
import { MAX_MILLIS } from './timers.js';

/** Maximum length of a value in a message. */
const MAX_SHOWN = 200;

/** The default of an option and the checks of its value. */
export interface Option<T> {
  readonly fallback: T;
  /** Description of valid values, for messages: the rest of the sentence "must be …". */
  readonly expected: string;
  /** Description for environment variables, where it differs. */
  readonly expectedText?: string;
  /** Whether a value is of the right type. */
  readonly type: (value: unknown) => boolean;
  /** Whether a value of the right type is allowed. */
  readonly inRange: (value: unknown) => boolean;
}

export type OptionsOf<T> = { readonly [K in keyof Required<T>]: Option<Required<T>[K]> };

/**
 * Checks options and fills in the defaults.
 *
 * @param path name of the option that contains these options, for messages
 * @throws TypeError for an unknown option and for a value of the wrong type
 * @throws RangeError for a value out of range
 */
export function resolveOptions<T extends object>(
  known: OptionsOf<T>,
  options: T | undefined = {} as T,
  path?: string,
): Required<T> {
  if (!isRecord(options)) throw new TypeError(expectation(path ?? 'options', 'an object', options));
  for (const option of Object.keys(options)) {
    if (Object.hasOwn(known, option)) continue;
    const expected = `one of ${Object.keys(known).join(', ')}`;
    const owner = path === undefined ? 'an option' : `an option of ${path}`;
    throw new TypeError(`unknown option ${inspect(option)}: ${expectation(owner, expected, option)}`);
  }
  const names = Object.keys(known) as (keyof T & string)[];
  return Object.fromEntries(
    names.map((option) => [
      option,
      checked(path === undefined ? option : `${path}.${option}`, known[option], options[option]),
    ]),
  ) as Required<T>;
}

/** `resolveOptions()` for one table. */
export function resolverOf<T extends object>(known: OptionsOf<T>): (options?: T) => Required<T> {
  return (options) => resolveOptions(known, options);
}

export function positiveInteger(fallback: number): Option<number> {
  return integerFrom(1, fallback, 'a positive integer');
}

export function integerFrom(min: number, fallback: number, expected = `an integer from ${min}`): Option<number> {
  return ofType(expected, isNumber, fallback, (value) => Number.isSafeInteger(value) && (value as number) >= min);
}

export function millisFrom(min: number, fallback?: number): Option<number> {
  const expected = `a number of milliseconds from ${min} to ${MAX_MILLIS}`;
  return ofType(expected, isNumber, fallback, (value) => Number(value) >= min && Number(value) <= MAX_MILLIS);
}

export function millisOrInfinity(min: number, fallback: number): Option<number> {
  const finite = millisFrom(min, fallback);
  return {
    ...finite,
    expected: `${finite.expected}, or Infinity`,
    inRange: (value) => value === Infinity || finite.inRange(value),
  };
}

export function boolean(fallback: boolean): Option<boolean> {
  return ofType('true or false', (value) => typeof value === 'boolean', fallback);
}

/**
 * An option with a check of its type, and of its range if given. Without a fallback, an omitted option is undefined.
 */
export function ofType<T>(
  expected: string,
  type: Option<T>['type'],
  fallback?: T,
  inRange = (_value: unknown) => true,
): Option<T> {
  return { fallback: fallback as T, expected, type, inRange };
}

export function text(fallback: string): Option<string> {
  return ofType('a string', isString, fallback);
}

export function oneOf<T extends string>(...[fallback, ...others]: [T, ...T[]]): Option<T> {
  const values: readonly unknown[] = [fallback, ...others];
  return ofType(enumerated(values.map(quoted)), isString, fallback, (value) => values.includes(value));
}

export function oneOfOrFunction<T>(...words: [T & string, ...(T & string)[]]): Option<T> {
  const word = oneOf(...words);
  return {
    fallback: words[0],
    expected: enumerated([...words.map(quoted), 'a function']),
    expectedText: word.expected,
    type: (value) => word.type(value) || typeof value === 'function',
    inRange: (value) => typeof value === 'function' || word.inRange(value),
  };
}

/** Whether a value is an object, but not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The message for an invalid value of an option or argument. */
export function expectation(name: string, expected: string, value: unknown): string {
  const shown = inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60 });
  const got = shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
  return `${name} must be ${expected}, got ${got} (${value === null ? 'null' : typeof value})`;
}

function checked<T>(name: string, option: Option<T>, value: T | undefined): T {
  if (value === undefined) return option.fallback;
  if (!option.type(value)) throw new TypeError(expectation(name, option.expected, value));
  if (!option.inRange(value)) throw new RangeError(expectation(name, option.expected, value));
  return value;
}

export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** Whether a value is a non-negative integer. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function quoted(word: unknown): string {
  return `'${String(word)}'`;
}

function enumerated(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}
