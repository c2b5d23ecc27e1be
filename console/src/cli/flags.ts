import { parseAddress, type GivenAddress } from '../access/console-address.js';
import { WINDOW_FORM } from '../api/window.js';
import { UsageError } from './exit.js';

/** The values of flags. */
export interface Values {
  readonly json?: boolean;
  readonly url?: GivenAddress;
  readonly pid?: number;
  readonly window?: string;
  readonly limit?: number;
  readonly sort?: string;
  readonly split?: string;
  readonly mark?: string;
  readonly every?: number;
  readonly last?: number;
  readonly port?: number;
  readonly 'otlp-port'?: number;
  readonly all?: boolean;
  readonly links?: boolean;
  readonly stacks?: boolean;
}

export type FlagName = keyof Values;

export interface Flag {
  readonly name: FlagName;
  /** Placeholder of its value in the help. Undefined for a flag without a value. */
  readonly value?: string;
  readonly help: string;
  /** Continues "must be …". */
  readonly expected?: string;
  /** @returns undefined if the text is not as expected */
  readonly parse?: (text: string) => string | number | GivenAddress | undefined;
}

const SECONDS_OF_A_DAY = 86_400;

export const JSON_FLAG: Flag = { name: 'json', help: 'write JSON, one result per line' };

export const URL_FLAG: Flag = {
  name: 'url',
  value: 'address',
  help: 'address of the console; its token comes from the list of running consoles or OTEL_SPAN_CACHE_CONSOLE_TOKEN',
  expected: 'an address such as http://127.0.0.1:4380, which may carry the token after #',
  parse: parseAddress,
};

export const PID_FLAG: Flag = integerFlag('pid', 'n', 1, 2 ** 31, 'process whose console to use');

export const WINDOW_FLAG: Flag = {
  name: 'window',
  value: 'time',
  help: 'a duration up to now, such as 90s, 5m or 2h; or from..to in milliseconds since 1970 (default 5m)',
  expected: 'a duration such as 90s, 5m or 2h, or from..to in milliseconds since 1970',
  parse: (text) => (WINDOW_FORM.test(text) ? text : undefined),
};

export function limitFlag(most: number, fallback: number): Flag {
  return integerFlag('limit', 'n', 1, most, `maximum number of results (default ${fallback})`);
}

export function sortFlag(orders: readonly string[]): Flag {
  return {
    name: 'sort',
    value: 'order',
    help: `${orders.join(', ')} (default ${orders[0]})`,
    expected: `one of ${orders.join(', ')}`,
    parse: (text) => (orders.includes(text) ? text : undefined),
  };
}

export function textFlag(name: FlagName, value: string, help: string, expected: string, most: number): Flag {
  const parse = (text: string): string | undefined => (text !== '' && text.length <= most ? text : undefined);
  return { name, value, help, expected, parse };
}

export function integerFlag(name: FlagName, value: string, least: number, most: number, help: string): Flag {
  return {
    name,
    value,
    help,
    expected: `an integer from ${least} to ${most}`,
    parse: (text) => {
      const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
      return number >= least && number <= most ? number : undefined;
    },
  };
}

export const EVERY_FLAG: Flag = {
  name: 'every',
  value: 's',
  help: 'repeat it every so many seconds: in place in a terminal, line after line elsewhere',
  expected: `a number of seconds from 0.2 to ${SECONDS_OF_A_DAY}, such as 2`,
  parse: (text) => {
    const seconds = /^\d{1,6}(?:\.\d{1,6})?s?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
    return seconds >= 0.2 && seconds <= SECONDS_OF_A_DAY ? seconds : undefined;
  },
};

/** @throws UsageError naming the command, the flag, the expectation and the given value */
export function flagValue(command: string, { name, value, expected, parse }: Flag, given: string | undefined) {
  if (value === undefined || parse === undefined) {
    if (given === undefined) return true;
    throw new UsageError(`${command}: --${name} takes no value, got ${JSON.stringify(given)}`);
  }
  const parsed = given === undefined ? undefined : parse(given);
  if (parsed !== undefined) return parsed;
  // An address may contain a token, which is a secret: it is not repeated.
  const shown =
    given === undefined ? 'nothing' : name === 'url' ? 'another value' : JSON.stringify(given.slice(0, 100));
  throw new UsageError(`${command}: --${name} must be ${expected}, got ${shown}`);
}
