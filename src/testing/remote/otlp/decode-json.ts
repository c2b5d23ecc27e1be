import { expectation } from '../../../support/option.js';
import { assertDepth, MalformedPayload, type ElementBudget } from './payload-limits.js';
import type { Message, Scalar } from './schema.js';

type Decoded = Record<string, unknown>;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

const UINT32_MAX = 2 ** 32 - 1;
const BASE64 = /^[\w+/-]*={0,2}$/;
const NOT_FINITE: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

/** Returns undefined for a value of the wrong type. */
type Read = (value: unknown) => unknown;

const UINT32: [expected: string, read: Read] = ['an unsigned 32-bit integer', uint32];

const READERS: Readonly<Record<Scalar, readonly [expected: string, read: Read]>> = {
  string: ['a string', (value) => (typeof value === 'string' ? value : undefined)],
  bool: ['true or false', (value) => (typeof value === 'boolean' ? value : undefined)],
  bytes: [
    'bytes as base64',
    (value) => (matches(BASE64, value) ? new Uint8Array(Buffer.from(value, 'base64')) : undefined),
  ],
  id: [
    'an id as hexadecimal text',
    (value) => (matches(/^(?:[\da-f]{2})*$/i, value) ? value.toLowerCase() : undefined),
  ],
  double: ['a number', (value) => (typeof value === 'number' || NOT_FINITE.has(value) ? Number(value) : undefined)],
  uint32: UINT32,
  fixed32: UINT32,
  fixed64: ['an unsigned 64-bit integer', (value) => integer(value, (bits) => BigInt.asUintN(64, bits))],
  int64: [
    'a 64-bit integer',
    // Exporters in JavaScript write every whole number as an `intValue`, even 1e30.
    (value) => (Number.isInteger(value) ? BigInt(value as number) : integer(value, (bits) => BigInt.asIntN(64, bits))),
  ],
};

/**
 * Decodes the JSON form of a message: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Ids are
 * hexadecimal, other bytes base64, 64-bit integers strings or numbers, enumerations numbers. A null field counts as
 * missing.
 *
 * @throws MalformedPayload, TooManyElements, or an error of `JSON.parse()` or `TextDecoder`
 */
export function decodeJson(message: Message, bytes: Uint8Array, budget: ElementBudget): Decoded {
  spendElements(bytes, budget);
  return decode(message, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), budget, 0);
}

/**
 * Counts the elements of a JSON text before it is parsed: each array, object and comma. It can scan bytes, because a
 * multi-byte UTF-8 sequence contains no ASCII byte. Malformed JSON is left to the parser.
 */
function spendElements(text: Uint8Array, budget: ElementBudget): void {
  for (let i = 0; i < text.length; i++) {
    const byte = text[i];
    if (byte === QUOTE) i = endOfString(text, i + 1);
    else if (byte === COMMA || byte === BRACKET || byte === BRACE) budget.spend(1);
  }
}

/** Index of the closing quote, or the end of the text. */
function endOfString(text: Uint8Array, start: number): number {
  let i = start;
  while (i < text.length && text[i] !== QUOTE) i += text[i] === BACKSLASH ? 2 : 1;
  return i;
}

/** Counts only the `extraElements` of messages, because all other elements have been counted in the text. */
function decode(message: Message, value: unknown, budget: ElementBudget, depth: number): Decoded {
  assertDepth(depth);
  budget.spend(message.extraElements);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('a message', 'an object', value);
  const decoded: Decoded = {};
  for (const [name, { type, repeated }] of message.byName) {
    const sent = Object.hasOwn(value, name) ? (value as Decoded)[name] : undefined;
    if (sent === undefined || sent === null) continue;
    const decodeField = (element: unknown): unknown =>
      typeof type === 'function' ? decode(type(), element, budget, depth + 1) : scalar(name, type, element);
    if (repeated && !Array.isArray(sent)) throw wrong(name, 'an array', sent);
    decoded[name] = repeated ? (sent as unknown[]).map(decodeField) : decodeField(sent);
  }
  return decoded;
}

function scalar(name: string, type: Scalar, value: unknown): unknown {
  const [expected, read] = READERS[type];
  const decoded = read(value);
  if (decoded === undefined) throw wrong(name, expected, value);
  return decoded;
}

/** Error about a value of the wrong type. Shows only the kind of an array or object, which may have a million keys. */
function wrong(name: string, expected: string, value: unknown): MalformedPayload {
  if (typeof value !== 'object' || value === null) return new MalformedPayload(expectation(name, expected, value));
  return new MalformedPayload(`${name} must be ${expected}, got an ${Array.isArray(value) ? 'array' : 'object'}`);
}

function uint32(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= UINT32_MAX
    ? (value as number)
    : undefined;
}

function integer(value: unknown, truncate: (bits: bigint) => bigint): bigint | undefined {
  if (!Number.isInteger(value) && !matches(/^-?\d{1,20}$/, value)) return undefined;
  const bits = BigInt(value as number | string);
  return truncate(bits) === bits ? bits : undefined;
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}
