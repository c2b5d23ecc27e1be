import { printable } from '../trace/text/printable.js';
import type { TraceFilter } from '../format/trace-filter.js';
import { parsePrintOnly } from './print/print-only.js';
import { CACHE_OPTIONS, type SpanCacheOptions } from '../cache/options.js';
import { severityOption } from '../cache/intake/filter/filter-settings.js';
import { ratioOption } from '../cache/sampling/sampling-settings.js';
import {
  isNumber,
  isString,
  millisFrom,
  ofType,
  positiveInteger,
  type Option,
  type OptionsOf,
} from '../support/option.js';
import { readVariable } from '../support/option-text.js';

/** Set to the pid of a process that has a console, for the processes that it starts: they join that console. */
export const CONSOLE_PROCESS = 'OTEL_SPAN_CACHE_CONSOLE_PROCESS';

/** Set by the console to its address, for the same processes. */
export const CONSOLE_JOIN = 'OTEL_SPAN_CACHE_CONSOLE_JOIN';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings given by the `OTEL_SPAN_CACHE_…` variables. */
export interface Settings extends OwnSettings {
  readonly cache: SpanCacheOptions;
}

/** Settings other than options of the cache. */
interface OwnSettings {
  /** Format in which traces are printed to standard error; false to print none. */
  readonly print: 'tree' | 'json' | false;
  readonly printOnly: TraceFilter;
  /** Estimated bytes that spans may keep alive while they wait to be printed. */
  readonly maxUnprintedBytes: number;
  /** Port of the console; true for its default port, false for no console. */
  readonly console: number | boolean;
  /** Time limits for the shutdown, exports included, when the signal ends the process. */
  readonly sigintTimeoutMillis: number;
  readonly sigtermTimeoutMillis: number;
}

/** The same settings as the variables spell them. */
type Texts = Omit<OwnSettings, 'print' | 'printOnly'> & {
  readonly print: OwnSettings['print'] | true;
  readonly printOnly: string;
};

const PREFIX = 'OTEL_SPAN_CACHE_';

const PRINT_VALUES: ReadonlySet<unknown> = new Set([true, false, 'tree', 'json']);

/** Set by this package itself, for child processes. */
const INTERNAL = new Set([CONSOLE_PROCESS, CONSOLE_JOIN]);

const MAX_PORT = 65_535;

const OWN_OPTIONS = {
  print: ofType("true, false, 'tree' or 'json'", (value) => PRINT_VALUES.has(value), false),
  printOnly: ofType(
    'a comma-separated list of errors, slower=200ms and, last, name=<regular expression>',
    isString,
    '',
    (value) => parsePrintOnly(value as string) !== undefined,
  ),
  maxUnprintedBytes: positiveInteger(64 * 2 ** 20),
  console: ofType<number | boolean>(
    `true, false or a port from 1 to ${MAX_PORT}`,
    (value) => typeof value === 'boolean' || isNumber(value),
    false,
    (value) => typeof value === 'boolean' || isPort(value),
  ),
  sigintTimeoutMillis: millisFrom(0, 800),
  sigtermTimeoutMillis: millisFrom(0, 4_500),
} satisfies Readonly<Record<keyof OwnSettings, Option<unknown>>>;

/** The settings within `sampling` and `filter` that have a variable each. */
interface LiveSettings {
  readonly samplingRatio: number;
  readonly minSeverity: number;
  readonly includeScopes: string;
  readonly excludeScopes: string;
}

const NAMES = ofType<string>('a comma-separated list of instrumentation scopes', isString, undefined, (value) => {
  return listed(value as string).length > 0;
});

const LIVE_OPTIONS: OptionsOf<LiveSettings> = {
  samplingRatio: ratioOption(1),
  minSeverity: severityOption(0),
  includeScopes: NAMES,
  excludeScopes: NAMES,
};

/** Options without a variable of their own. `selfObsMeterProvider` follows the SDK's own switch, see `startSdk()`. */
const WITHOUT_VARIABLE: ReadonlySet<string> = new Set<keyof SpanCacheOptions>([
  'selfObsMeterProvider',
  'sampling',
  'filter',
]);

/** Every option that can be given as text, by its variable. An option added to the cache gets one automatically. */
export const VARIABLES: ReadonlyMap<string, { readonly option: string; readonly check: Option<unknown> }> = new Map(
  Object.entries({ ...CACHE_OPTIONS, ...LIVE_OPTIONS, ...OWN_OPTIONS })
    .filter(([option]) => !WITHOUT_VARIABLE.has(option))
    .map(([option, check]) => [variableOf(option), { option, check }]),
);

/**
 * Reads the variables by the SDK's rules: empty means unset; an invalid value logs a warning and the default applies.
 * Unlike the SDK, it also warns of an unknown variable with this prefix.
 */
export function readSettings(env: Environment, warn: (message: string) => void): Settings {
  const values = new Map<string, unknown>();
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || INTERNAL.has(variable) || !text?.trim()) continue;
    const known = VARIABLES.get(variable);
    if (known === undefined) {
      warn(`unknown variable ${printable(variable)}: expected one of ${[...VARIABLES.keys()].join(', ')}`);
      continue;
    }
    const value = readVariable(variable, text, known.check, warn);
    if (value !== undefined) values.set(known.option, value);
  }
  const own = Object.entries(OWN_OPTIONS).map(([option, { fallback }]) => {
    const value = values.get(option) ?? fallback;
    values.delete(option);
    return [option, value];
  });
  const { print, printOnly, ...others } = Object.fromEntries(own) as Texts;
  return {
    ...others,
    print: print === true ? 'tree' : print,
    printOnly: parsePrintOnly(printOnly) ?? {},
    cache: cacheOptionsFrom(Object.fromEntries(values)),
  };
}

function cacheOptionsFrom(values: SpanCacheOptions & Partial<LiveSettings>): SpanCacheOptions {
  const { samplingRatio: ratio, minSeverity, includeScopes, excludeScopes, ...options } = values;
  const scopes = {
    ...(includeScopes !== undefined && { include: listed(includeScopes) }),
    ...(excludeScopes !== undefined && { exclude: listed(excludeScopes) }),
  };
  const filter = {
    ...(minSeverity !== undefined && { minSeverity }),
    ...(Object.keys(scopes).length > 0 && { scopes }),
  };
  return {
    ...options,
    ...(ratio !== undefined && { sampling: { enabled: true, ratio } }),
    ...(Object.keys(filter).length > 0 && { filter }),
  };
}

/** The names in a comma-separated list. */
export function listed(names: string): string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_PORT;
}

/** Whether a Boolean variable is true by the specification: only a case-insensitive "true" is. */
export function isTrue(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === 'true';
}

function variableOf(option: string): string {
  return PREFIX + option.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
