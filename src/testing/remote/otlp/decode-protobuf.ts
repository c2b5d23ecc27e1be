import { assertDepth, MalformedPayload, type ElementBudget } from './payload-limits.js';
import type { Field, Message, Scalar } from './schema.js';
import { fieldNumberOf, WireReader, WireType, wireTypeOf } from './wire-reader.js';

type Decoded = Record<string, unknown>;

const ENCODINGS: Readonly<
  Record<Scalar, { readonly wireType: number; readonly read: (reader: WireReader) => unknown }>
> = {
  string: { wireType: WireType.BYTES, read: (reader) => reader.string() },
  bytes: { wireType: WireType.BYTES, read: (reader) => new Uint8Array(reader.bytes()) },
  id: { wireType: WireType.BYTES, read: (reader) => Buffer.from(reader.bytes()).toString('hex') },
  bool: { wireType: WireType.VARINT, read: (reader) => reader.varint() !== 0n },
  uint32: { wireType: WireType.VARINT, read: (reader) => Number(BigInt.asUintN(32, reader.varint())) },
  int64: { wireType: WireType.VARINT, read: (reader) => BigInt.asIntN(64, reader.varint()) },
  double: { wireType: WireType.FIXED64, read: (reader) => reader.double() },
  fixed32: { wireType: WireType.FIXED32, read: (reader) => reader.fixed32() },
  fixed64: { wireType: WireType.FIXED64, read: (reader) => reader.fixed64() },
};

/**
 * Decodes the protobuf form of a message. Each field on the wire, known or unknown, counts as an element. A known field
 * with the wrong wire type, which protobuf skips, is an error, so that a test reveals a service that sends malformed
 * data.
 *
 * @throws MalformedPayload, TooManyElements
 */
export function decodeProtobuf(message: Message, bytes: Uint8Array, budget: ElementBudget): Decoded {
  return decode(message, new WireReader(bytes), budget, 0);
}

function decode(message: Message, reader: WireReader, budget: ElementBudget, depth: number): Decoded {
  assertDepth(depth);
  budget.spend(message.extraElements);
  const decoded: Decoded = {};
  while (!reader.atEnd) {
    budget.spend(1);
    const tag = reader.tag();
    const known = message.byNumber.get(fieldNumberOf(tag));
    if (known === undefined) {
      reader.skip(wireTypeOf(tag));
      continue;
    }
    const [name, field] = known;
    const expected = typeof field.type === 'string' ? ENCODINGS[field.type].wireType : WireType.BYTES;
    if (wireTypeOf(tag) !== expected)
      throw new MalformedPayload(`${name} has wire type ${wireTypeOf(tag)}, not ${expected}`);
    const value = readField(field, reader, budget, depth);
    if (!field.repeated) decoded[name] = value;
    else if (name in decoded) (decoded[name] as unknown[]).push(value);
    else decoded[name] = [value];
  }
  return decoded;
}

function readField({ type }: Field, reader: WireReader, budget: ElementBudget, depth: number): unknown {
  if (typeof type === 'string') return ENCODINGS[type].read(reader);
  const outerEnd = reader.enter();
  const inner = decode(type(), reader, budget, depth + 1);
  reader.leave(outerEnd);
  return inner;
}
