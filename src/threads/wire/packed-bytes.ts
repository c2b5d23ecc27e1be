import { checkPackedBatch, type PackedBatch } from './packed-batch.js';
import { ReceivedTexts } from './received-texts.js';
import { WireReader } from './wire-reader.js';

/*
 * A packed batch as bytes: a signature, the version, 32-bit numbers in big-endian order, the texts, the records of
 * objects, the items. A text is its byte length, with the top bit set for UTF-16, then the bytes.
 */

/** `OSC` in ASCII, then the format's version. */
const SIGNATURE = 0x4f53_4301;

/** Numbers after the signature. */
const HEADER = ['version', 'spans', 'orphans', 'dropped', 'droppedOrphans', 'known'] as const;

const UTF16 = 0x8000_0000;

/** Converts a packed batch to bytes, for a socket or a file. The bytes do not mark the end of a batch in a stream. */
export function packedToBytes(batch: PackedBatch): Uint8Array {
  const header = [SIGNATURE, ...HEADER.map((key) => batch[key]), batch.restart ? 1 : 0];
  const parts = [
    uint32s(header),
    ...textParts(batch.added),
    ...textParts(batch.once),
    uint32s([batch.objects.length]),
    batch.objects,
    batch.items,
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** @throws TypeError unless the bytes are from `packedToBytes()` */
export function packedFromBytes(bytes: Uint8Array): PackedBatch {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a packed batch must be a Uint8Array');
  const reader = new WireReader(bytes, new ReceivedTexts());
  if (reader.uint32() !== SIGNATURE) throw new TypeError('the bytes must begin with the signature of a packed batch');
  const numbers = Object.fromEntries(HEADER.map((key) => [key, reader.uint32()]));
  return checkPackedBatch({
    ...numbers,
    restart: reader.uint32() === 1,
    added: reader.list(readText),
    once: reader.list(readText),
    objects: reader.raw(reader.uint32()),
    items: reader.rest(),
  });
}

function textParts(texts: readonly string[]): Uint8Array[] {
  const parts = [uint32s([texts.length])];
  for (const text of texts) {
    // UTF-8 cannot encode a lone surrogate, as when an application cut a string inside a pair.
    const wellFormed = !/\p{Surrogate}/u.test(text);
    const bytes = Buffer.from(text, wellFormed ? 'utf8' : 'utf16le');
    parts.push(uint32s([wellFormed ? bytes.length : bytes.length + UTF16]), bytes);
  }
  return parts;
}

function uint32s(numbers: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, index * 4);
  return bytes;
}

function readText(reader: WireReader): string {
  const length = reader.uint32();
  return length < UTF16 ? reader.raw(length).toString('utf8') : reader.raw(length - UTF16).toString('utf16le');
}
