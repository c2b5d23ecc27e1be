import { MalformedPayload, MAX_DEPTH, tooDeep } from './malformed-payload.js';
import type { Field, Message, Scalar } from './schema.js';
import { WireReader, WireType } from './wire-reader.js';

type Decoded = Record<string, unknown>;

interface Encoding {
  readonly wireType: number;
  readonly read: (reader: WireReader) => unknown;
}

const ENCODINGS: Readonly<Record<Scalar, Encoding>> = {
  string: { wireType: WireType.BYTES, read: (reader) => reader.string() },
  bytes: { wireType: WireType.BYTES, read: (reader) => reader.bytes() },
  id: { wireType: WireType.BYTES, read: (reader) => Buffer.from(reader.bytes()).toString('hex') },
  bool: { wireType: WireType.VARINT, read: (reader) => reader.varint() !== 0n },
  uint32: { wireType: WireType.VARINT, read: (reader) => Number(BigInt.asUintN(32, reader.varint())) },
  int64: { wireType: WireType.VARINT, read: (reader) => BigInt.asIntN(64, reader.varint()) },
  double: { wireType: WireType.FIXED64, read: (reader) => reader.double() },
  fixed32: { wireType: WireType.FIXED32, read: (reader) => reader.fixed32() },
  fixed64: { wireType: WireType.FIXED64, read: (reader) => reader.fixed64() },
};

/**
 * A message from its protobuf form.
 *
 * Stricter than protobuf asks for: a known field of another wire type is an error, not an unknown field. In a test
 * a service that sends nonsense is to be noticed.
 *
 * @throws MalformedPayload
 */
export function decodeProtobuf(message: Message, bytes: Uint8Array, depth = 0): Decoded {
  if (depth > MAX_DEPTH) throw tooDeep();
  const reader = new WireReader(bytes);
  const decoded: Decoded = {};
  while (!reader.atEnd) {
    const { number, wireType } = reader.tag();
    const known = message.byNumber.get(number);
    if (known === undefined) reader.skip(wireType);
    else readField(decoded, ...known, wireType, reader, depth);
  }
  return decoded;
}

function readField(
  decoded: Decoded,
  name: string,
  { type, repeated }: Field,
  wireType: number,
  reader: WireReader,
  depth: number,
): void {
  const expected = typeof type === 'string' ? ENCODINGS[type].wireType : WireType.BYTES;
  if (wireType !== expected) throw new MalformedPayload(`${name} has wire type ${wireType}, not ${expected}`);
  const value =
    typeof type === 'string' ? ENCODINGS[type].read(reader) : decodeProtobuf(type(), reader.bytes(), depth + 1);
  if (!repeated) decoded[name] = value;
  else if (name in decoded) (decoded[name] as unknown[]).push(value);
  else decoded[name] = [value];
}
