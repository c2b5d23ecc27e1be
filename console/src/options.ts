import { inspect } from 'node:util';
import type { RedactFunction } from './host/masking.js';
import { expectation, requireOptions } from './expectation.js';
import { isHostName, isLoopback } from './access/host-names.js';
import { isStrongToken, TOKEN_FORM } from './access/token-strength.js';

/** How the console is served, how much it keeps, and which values it masks. */
export interface ConsoleOptions {
  /** The port to listen on, or the next free one if it is taken. 0 for any port. Default 4380. */
  port?: number;
  /**
   * The address to listen on. An address that other machines can reach requires `allowedHosts` and a `token` of your
   * own. Default: both loopback addresses.
   */
  host?: string;
  /**
   * Host names by which a browser may reach the console, besides `localhost`, `127.0.0.1` and `[::1]`. Default none.
   */
  allowedHosts?: readonly string[];
  /**
   * Secret that clients send: at least 128 random bits, such as 32 hexadecimal digits. Default: a new one at each
   * start.
   */
  token?: string;
  /** Second secret, for clients that may view everything and change nothing. Default: none. */
  viewToken?: string;
  /**
   * Masks further values before they leave the main thread. Values whose key names a password, a token, a cookie or the
   * like are always masked. A pattern, or an array of patterns, adds keys. A function is called with each key and
   * value, and returns the value to show, or `undefined` to mask it. `false` turns all masking off. Default: only the
   * known keys.
   */
  redact?: RegExp | readonly RegExp[] | RedactFunction | false;
  /**
   * Whether spans are kept from the start (`'always'`), or only while somebody is looking (`'watched'`). Default
   * `'always'`.
   */
  keep?: 'always' | 'watched';
  /** Maximum number of kept spans. Past that, the oldest traces are evicted. Default 100,000. */
  maxSpans?: number;
  /**
   * Maximum estimated bytes of the kept spans. Past that, the oldest traces are evicted. Default 100,663,296 (96 MiB).
   */
  maxBytes?: number;
  /**
   * The port on which the console receives spans and log records of other processes over OTLP/HTTP, on loopback,
   * without a token. 4318 is the usual port, 0 means any. Secrets are masked as in the spans of this process, but a
   * `redact` function is not applied. Default: none.
   */
  otlpPort?: number;
  /** Whether the console runs in a worker thread, instead of the service's event loop. Default true. */
  worker?: boolean;
  /** Whether to write the address to standard error; or a function that receives the line instead. Default true. */
  announce?: boolean | ((line: string) => void);
}

type WithoutDefault = 'token' | 'viewToken' | 'host' | 'redact' | 'otlpPort';

/** Options with their defaults. Options without a default are undefined if they are not given. */
export type ResolvedOptions = Omit<Required<ConsoleOptions>, WithoutDefault> & Pick<ConsoleOptions, WithoutDefault>;

const MAX_PORT = 65_535;

interface Option {
  readonly fallback: unknown;
  readonly expected: string;
  readonly type: (value: unknown) => boolean;
  readonly inRange?: (value: unknown) => boolean;
}

const isString = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isFunction = (value: unknown) => typeof value === 'function';
const isRegExp = (value: unknown) => value instanceof RegExp;
const isPositive = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

const TOKEN: Option = {
  fallback: undefined,
  expected: TOKEN_FORM,
  type: isString,
  inRange: (value) => isStrongToken(value as string),
};

const OPTIONS: Readonly<Record<keyof ConsoleOptions, Option>> = {
  port: port(4_380),
  otlpPort: port(undefined),
  host: { fallback: undefined, expected: 'an address or a name', type: isString, inRange: (value) => value !== '' },
  allowedHosts: {
    fallback: [],
    expected: 'an array of host names without a port',
    type: (value) => Array.isArray(value) && value.every(isString),
    inRange: (value) => (value as string[]).every(isHostName),
  },
  token: TOKEN,
  viewToken: TOKEN,
  redact: {
    fallback: undefined,
    expected: 'a regular expression, an array of them, a function or false',
    type: (value) =>
      value === false || isFunction(value) || isRegExp(value) || (Array.isArray(value) && value.every(isRegExp)),
  },
  keep: {
    fallback: 'always',
    expected: "'always' or 'watched'",
    type: isString,
    inRange: (value) => value === 'always' || value === 'watched',
  },
  maxSpans: { fallback: 100_000, expected: 'a positive integer', type: isNumber, inRange: isPositive },
  maxBytes: { fallback: 96 * 2 ** 20, expected: 'a positive integer', type: isNumber, inRange: isPositive },
  worker: { fallback: true, expected: 'true or false', type: isBoolean },
  announce: {
    fallback: true,
    expected: 'true, false or a function',
    type: (value) => isBoolean(value) || isFunction(value),
  },
};

/**
 * Fills in the defaults.
 *
 * @throws TypeError for an unknown option, a value of the wrong type, or an address that requires other options
 * @throws RangeError for a value out of range
 */
export function resolveOptions(options: ConsoleOptions = {}): ResolvedOptions {
  const given: unknown = options;
  requireOptions(given);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(OPTIONS, name)) continue;
    const expected = `one of ${Object.keys(OPTIONS).join(', ')}`;
    throw new TypeError(`unknown option ${inspect(name)}: ${expectation('an option', expected, name)}`);
  }
  const entries = Object.entries(OPTIONS).map(([name, option]) => [
    name,
    checked(name, option, (given as Record<string, unknown>)[name]),
  ]);
  const resolved = Object.fromEntries(entries) as ResolvedOptions;
  requireGuards(resolved);
  return resolved;
}

function port(fallback: number | undefined): Option {
  return {
    fallback,
    expected: `an integer from 0 to ${MAX_PORT}`,
    type: isNumber,
    inRange: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_PORT,
  };
}

function checked(name: string, option: Option, value: unknown): unknown {
  if (value === undefined) return option.fallback;
  // A token is a secret, so it is not shown.
  const shown = /token$/i.test(name) && typeof value === 'string' ? `one of ${value.length} characters` : undefined;
  if (!option.type(value)) throw new TypeError(expectation(name, option.expected, value));
  if (option.inRange?.(value) === false) throw new RangeError(expectation(name, option.expected, value, shown));
  return value;
}

function requireGuards({ host, allowedHosts, token, viewToken }: ResolvedOptions): void {
  if (token !== undefined && token === viewToken) throw new TypeError('viewToken must differ from token');
  if (isLoopback(host)) return;
  if (allowedHosts.length === 0) {
    const expected = `the names by which browsers reach the console, because host is '${host}'`;
    throw new TypeError(expectation('allowedHosts', expected, allowedHosts));
  }
  if (token === undefined) {
    throw new TypeError(expectation('token', `given, because host is '${host}'`, token));
  }
}
