import { expectation } from '../../../support/option.js';
import type { ElementBudget } from './element-budget.js';
import { MalformedPayload, MAX_DEPTH, tooDeep } from './malformed-payload.js';
import type { Field, Message, Scalar } from './schema.js';

type Decoded = Record<string, unknown>;

const UINT32_MAX = 2 ** 32 - 1;
const BASE64 = /^[\w+/-]*={0,2}$/;
const DOUBLES: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** Readers return undefined for a value of the wrong type. */
const READERS: Readonly<Record<Scalar, { readonly expected: string; readonly read: (value: unknown) => unknown }>> = {
  string: { expected: 'a string', read: (value) => (typeof value === 'string' ? value : undefined) },
  bool: { expected: 'true or false', read: (value) => (typeof value === 'boolean' ? value : undefined) },
  bytes: {
    expected: 'bytes as base64',
    read: (value) => (matches(BASE64, value) ? new Uint8Array(Buffer.from(value, 'base64')) : undefined),
  },
  id: {
    expected: 'an id as hexadecimal text',
    read: (value) => (matches(/^(?:[\da-f]{2})*$/i, value) ? value.toLowerCase() : undefined),
  },
  double: { expected: 'a number', read: (value) => (typeof value === 'number' ? value : DOUBLES.get(value)) },
  uint32: { expected: 'an integer of 32 bits', read: uint32 },
  fixed32: { expected: 'an integer of 32 bits', read: uint32 },
  fixed64: { expected: 'a positive integer of 64 bits', read: (value) => integer(value, (bits) => BigInt.asUintN(64, bits)) },
  int64: {
    expected: 'an integer of 64 bits',
    // Exporters in JavaScript write every whole number as one of these, 1e30 too.
    read: (value) => Number.isInteger(value) ? BigInt(value as number) : integer(value, (bits) => BigInt.asIntN(64, bits)),
  },
};

/**
 * A message from its JSON form: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding.
 *
 * Ids are hexadecimal, other bytes base64, integers of 64 bits text or numbers, enumerations numbers. Null counts as
 * left out. `spendJsonElements()` has paid for the values.
 *
 * @throws MalformedPayload
 * @throws TooManyElements
 */
export function decodeJson(message: Message, value: unknown, budget: ElementBudget, depth = 0): Decoded {
  if (depth > MAX_DEPTH) throw tooDeep();
  budget.spend(message.extraElements);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('a message', 'an object', value);
  const decoded: Decoded = {};
  for (const [name, field] of message.byName) {
    const sent = Object.hasOwn(value, name) ? (value as Decoded)[name] : undefined;
    if (sent === undefined || sent === null) continue;
    const read = field.repeated ? elements : single;
    decoded[name] = read(name, field, sent, budget, depth);
  }
  return decoded;
}

function elements(name: string, field: Field, value: unknown, budget: ElementBudget, depth: number): unknown[] {
  if (!Array.isArray(value)) throw wrong(name, 'an array', value);
  return value.map((element) => single(name, field, element, budget, depth));
}

function single(name: string, { type }: Field, value: unknown, budget: ElementBudget, depth: number): unknown {
  if (typeof type === 'function') return decodeJson(type(), value, budget, depth + 1);
  const { expected, read } = READERS[type];
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
