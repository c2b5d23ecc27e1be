import { inspect } from 'node:util';
import type { ReadableSpan } from '../model/otel.js';

export interface FormatTraceOptions {
  /**
   * Whether to colour with ANSI escape sequences. `process.stdout.hasColors?.() ?? false` is the right
   * value for standard output: it respects `NO_COLOR`, `FORCE_COLOR` and pipes. Default false: pure text.
   */
  colors?: boolean;
  /**
   * Columns that no line exceeds; longer names, messages and values are cut. An integer from 40, usually
   * `process.stdout.columns`. Default 100.
   */
  width?: number;
  /** Whether to draw each span's share of the trace's time. Default true. */
  timeline?: boolean;
  /** Whether to show the spans' events, log events among them. Default true. */
  events?: boolean;
  /**
   * Which attributes of spans and of events are shown:
   *
   * - `'telling'`: the application's own, and of OpenTelemetry's semantic conventions those that say what
   *   was done (route, status code, query …), unless the span's name says it
   * - `'all'`, stack traces included, or `'none'`
   * - those for which a function returns true; it gets the key and the span
   *
   * Default `'telling'`.
   */
  attributes?: 'telling' | 'all' | 'none' | ((key: string, span: ReadableSpan) => boolean);
}

const MIN_WIDTH = 40;

const DEFAULTS: Required<FormatTraceOptions> = {
  colors: false,
  width: 100,
  timeline: true,
  events: true,
  attributes: 'telling',
};

/** What a value must be, whether it is of the right type, and if so, whether it is in range. */
type Rule = readonly [expected: string, type: (value: unknown) => boolean, inRange: (value: unknown) => boolean];

const BOOLEAN: Rule = ['true or false', (value) => typeof value === 'boolean', () => true];

const RULES: Record<keyof FormatTraceOptions, Rule> = {
  colors: BOOLEAN,
  width: [
    `an integer from ${MIN_WIDTH}`,
    (value) => typeof value === 'number',
    (value) => Number.isSafeInteger(value) && (value as number) >= MIN_WIDTH,
  ],
  timeline: BOOLEAN,
  events: BOOLEAN,
  attributes: [
    "'telling', 'all', 'none' or a function",
    (value) => typeof value === 'string' || typeof value === 'function',
    (value) => typeof value === 'function' || ['telling', 'all', 'none'].includes(value as string),
  ],
};

/** Fills in the defaults. Throws a TypeError or RangeError for the first value that is wrong. */
export function formatTraceOptions(options: FormatTraceOptions = {}): Required<FormatTraceOptions> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(message('options', 'an object', options));
  }
  const resolved: Record<string, unknown> = { ...DEFAULTS };
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(RULES, name)) {
      throw new TypeError(`unknown option ${inspect(name)}, known are ${Object.keys(RULES).join(', ')}`);
    }
    if (value === undefined) continue;
    check(name, RULES[name as keyof FormatTraceOptions], value);
    resolved[name] = value;
  }
  return resolved as unknown as Required<FormatTraceOptions>;
}

/** Throws a TypeError that names what was expected and what was given. */
export function wrongType(name: string, expected: string, value: unknown): never {
  throw new TypeError(message(name, expected, value));
}

function check(name: string, [expected, type, inRange]: Rule, value: unknown): void {
  if (!type(value)) throw new TypeError(message(name, expected, value));
  if (!inRange(value)) throw new RangeError(message(name, expected, value));
}

function message(name: string, expected: string, value: unknown): string {
  const shown = inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60 });
  return `${name} must be ${expected}, got ${shown} (${value === null ? 'null' : typeof value})`;
}
