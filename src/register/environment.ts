import { printable } from '../trace/text/printable.js';
import type { TraceFilter } from '../format/trace-filter.js';
import { parsePrintOnly } from './print/print-only.js';
import { CACHE_OPTIONS, type SpanCacheOptions } from '../cache/options.js';
import { severityOption } from '../cache/intake/filter/filter-settings.js';
import { ratioOption } from '../cache/sampling/sampling-settings.js';
import { isString, millisFrom, ofType, positiveInteger, type Option, type OptionsOf } from '../support/option.js';
import { readVariable } from '../support/option-text.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What `OTEL_SPAN_CACHE_…` says. */
export interface Settings extends OwnSettings {
  readonly cache: SpanCacheOptions;
}

/** Settings that are no options of the cache. */
interface OwnSettings {
  /** How each trace is printed to standard error, if it is. */
  readonly print: 'tree' | 'json' | false;
  readonly printOnly: TraceFilter;
  /** About how many bytes spans may keep alive while they wait to be printed. */
  readonly maxUnprintedBytes: number;
  /** How long exporters may take when the signal ends the process. */
  readonly sigintTimeoutMillis: number;
  readonly sigtermTimeoutMillis: number;
}

/** The same, as the variables spell them. */
type Texts = Omit<OwnSettings, 'print' | 'printOnly'> & { readonly print: OwnSettings['print'] | true; readonly printOnly: string };

const PREFIX = 'OTEL_SPAN_CACHE_';

const OWN_OPTIONS = {
  print: ofType("true, false, 'tree' or 'json'", (value) => typeof value === 'boolean' || isString(value), false, (value) => {
    return typeof value === 'boolean' || value === 'tree' || value === 'json';
  }),
  printOnly: ofType(
    'some of errors, slower=200ms and, at the end, name=<regular expression>, with commas between them',
    isString, '', (value) => parsePrintOnly(value as string) !== undefined,
  ),
  maxUnprintedBytes: positiveInteger(64 * 2 ** 20),
  sigintTimeoutMillis: millisFrom(0, 800),
  sigtermTimeoutMillis: millisFrom(0, 4_500),
} satisfies Readonly<Record<keyof OwnSettings, Option<unknown>>>;

/** The settings inside of `sampling` and `filter` that have a variable of their own. */
interface LiveSettings {
  readonly samplingRatio: number;
  readonly minSeverity: number;
  readonly includeScopes: string;
  readonly excludeScopes: string;
}

const NAMES = ofType<string>('names of instrumentation scopes, separated by commas', isString, undefined, (value) => {
  return listed(value as string).length > 0;
});

const LIVE_OPTIONS: OptionsOf<LiveSettings> = {
  samplingRatio: ratioOption(1),
  minSeverity: severityOption(0),
  includeScopes: NAMES,
  excludeScopes: NAMES,
};

/** Options that cannot be given as one variable. `selfObsMeterProvider` follows the SDK's own switch, see `startSdk()`. */
const WITHOUT_VARIABLE: ReadonlySet<string> = new Set<keyof SpanCacheOptions>(['selfObsMeterProvider', 'sampling', 'filter']);

/** By variable, every option that can be given as text. An option added to the cache has its variable by that. */
export const VARIABLES: ReadonlyMap<string, { readonly option: string; readonly check: Option<unknown> }> = new Map(
  Object.entries({ ...CACHE_OPTIONS, ...LIVE_OPTIONS, ...OWN_OPTIONS })
    .filter(([option]) => !WITHOUT_VARIABLE.has(option))
    .map(([option, check]) => [variableOf(option), { option, check }]),
);

/**
 * Reads the variables, as the SDK reads its own: empty is unset, and a wrong value gives a warning and the default. Unlike
 * the SDK, warns of a variable with this prefix that does not exist.
 */
export function readSettings(env: Environment, warn: (message: string) => void): Settings {
  const values = new Map<string, unknown>();
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || !text?.trim()) continue;
    const known = VARIABLES.get(variable);
    if (known === undefined) {
      warn(`there is no variable ${printable(variable)}; there are ${[...VARIABLES.keys()].join(', ')}`);
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

/** The names in a list with commas between them. */
export function listed(names: string): string[] {
  return names.split(',').map((name) => name.trim()).filter((name) => name !== '');
}

/** A variable of the SDK that is true or false, as the specification has it. */
export function isTrue(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === 'true';
}

function variableOf(option: string): string {
  return PREFIX + option.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
