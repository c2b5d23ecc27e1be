import { inspect } from 'node:util';
import { expectation } from '../../support/option.js';
import { isObject } from './pattern/leaf.js';

/**
 * The options of an assertion, as they are given.
 *
 * @param known what each must be
 * @throws TypeError for an unknown option and for a wrong value
 */
export function checkOptions<T extends object>(
  options: T | undefined,
  known: Readonly<Record<keyof T & string, string>>,
  isRight: (value: unknown) => boolean,
): Partial<T> {
  if (options === undefined) return {};
  if (!isObject(options)) throw new TypeError(expectation('options', 'an object', options));
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(known, option)) {
      throw new TypeError(`unknown option ${inspect(option)}, known are ${Object.keys(known).join(', ')}`);
    }
    if (value !== undefined && !isRight(value)) {
      throw new TypeError(expectation(option, known[option as keyof T & string], value));
    }
  }
  return options;
}
