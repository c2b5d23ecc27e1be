import { expectation } from '../../../support/option.js';
import { assertDepth, MalformedPayload, type ElementBudget } from './payload-limits.js';
import type { Message, Scalar } from './schema.js';

type Decoded = Record<string, unknown>;

const UINT32_MAX = 2 ** 32 - 1;
const BASE64 = /^[\w+/-]*={0,2}$/;
const NOT_FINITE: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

/** Undefined for a value of the wrong type. */
type Read = (value: unknown) => unknown;

const UINT32: [expected: string, read: Read] = ['an integer of 32 bits', uint32];

const READERS: Readonly<Record<Scalar, readonly [expected: string, read: Read]>> = {
  string: ['a string', (value) => (typeof value === 'string' ? value : undefined)],
  bool: ['true or false', (value) => (typeof value === 'boolean' ? value : undefined)],
  bytes: ['bytes as base64', (value) => (matches(BASE64, value) ? new Uint8Array(Buffer.from(value, 'base64')) : undefined)],
  id: ['an id as hexadecimal text', (value) => (matches(/^(?:[\da-f]{2})*$/i, value) ? value.toLowerCase() : undefined)],
  double: ['a number', (value) => (typeof value === 'number' || NOT_FINITE.has(value) ? Number(value) : undefined)],
  uint32: UINT32,
  fixed32: UINT32,
  fixed64: ['a positive integer of 64 bits', (value) => integer(value, (bits) => BigInt.asUintN(64, bits))],
  int64: [
    'an integer of 64 bits',
    // Exporters in JavaScript write every whole number as one of these, 1e30 too.
    (value) => (Number.isInteger(value) ? BigInt(value as number) : integer(value, (bits) => BigInt.asIntN(64, bits))),
  ],
};

/**
 * A message from its JSON form: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Ids are hexadecimal,
 * other bytes base64, integers of 64 bits text or numbers, enumerations numbers. Null counts as left out.
 * `spendJsonElements()` has paid for the values.
 *
 * @throws MalformedPayload, TooManyElements
 */
export function decodeJson(message: Message, value: unknown, budget: ElementBudget, depth = 0): Decoded {
  assertDepth(depth);
  budget.spend(message.extraElements);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('a message', 'an object', value);
  const decoded: Decoded = {};
  for (const [name, { type, repeated }] of message.byName) {
    const sent = Object.hasOwn(value, name) ? (value as Decoded)[name] : undefined;
    if (sent === undefined || sent === null) continue;
    const decode = (element: unknown): unknown =>
      typeof type === 'function' ? decodeJson(type(), element, budget, depth + 1) : scalar(name, type, element);
    if (repeated && !Array.isArray(sent)) throw wrong(name, 'an array', sent);
    decoded[name] = repeated ? (sent as unknown[]).map(decode) : decode(sent);
  }
  return decoded;
}

function scalar(name: string, type: Scalar, value: unknown): unknown {
  const [expected, read] = READERS[type];
  const decoded = read(value);
  if (decoded === undefined) throw wrong(name, expected, value);
  return decoded;
}

/** Names an array or object by its kind only, because it may have a million keys. */
function wrong(name: string, expected: string, value: unknown): MalformedPayload {
  if (typeof value !== 'object' || value === null) return new MalformedPayload(expectation(name, expected, value));
  return new MalformedPayload(`${name} must be ${expected}, got an ${Array.isArray(value) ? 'array' : 'object'}`);
}

function uint32(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= UINT32_MAX ? (value as number) : undefined;
}

function integer(value: unknown, truncate: (bits: bigint) => bigint): bigint | undefined {
  if (!Number.isInteger(value) && !matches(/^-?\d{1,20}$/, value)) return undefined;
  const bits = BigInt(value as number | string);
  return truncate(bits) === bits ? bits : undefined;
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}
