import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflate } from 'node:zlib';
import { Rejection } from './rejection.js';
import type { Share } from './in-flight-limit.js';

const DECOMPRESSORS: Readonly<Record<string, () => Transform>> = { gzip: createGunzip, deflate: createInflate };

/**
 * Reads the whole body and decompresses it. Stops after `maxBytes`, both as sent and as decompressed, which also stops
 * a decompression bomb. The bytes count in `share`.
 *
 * @throws Rejection
 */
export async function readBody(request: IncomingMessage, maxBytes: number, share: Share): Promise<Uint8Array> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const newDecompressor = Object.hasOwn(DECOMPRESSORS, encoding) ? DECOMPRESSORS[encoding] : undefined;
  if (newDecompressor === undefined && encoding !== 'identity') {
    throw new Rejection('unsupported_media_type', 'content-encoding must be gzip, deflate or identity');
  }
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
  // Ending the iteration must not destroy the connection, because the answer still has to be sent.
  const sent = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  const take = (chunks: AsyncIterable<Uint8Array>) => collect(chunks, maxBytes, share);
  if (newDecompressor === undefined) return take(sent);
  try {
    return await pipeline(atMost(sent, maxBytes), newDecompressor(), take);
  } catch (error) {
    // Error codes of zlib: Z_DATA_ERROR, Z_BUF_ERROR and so on.
    if (String((error as NodeJS.ErrnoException).code).startsWith('Z_')) {
      throw new Rejection('bad_payload', `the body is not ${encoding}`);
    }
    throw error;
  }
}

async function* atMost(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let left = maxBytes;
  for await (const chunk of chunks) {
    left -= chunk.length;
    if (left < 0) throw tooLarge(maxBytes);
    yield chunk;
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes: number, share: Share): Promise<Uint8Array> {
  const collected: Uint8Array[] = [];
  for await (const chunk of atMost(chunks, maxBytes)) {
    share.take(chunk.length);
    collected.push(chunk);
  }
  return Buffer.concat(collected);
}

function tooLarge(maxBytes: number): Rejection {
  return new Rejection('too_large', `the body is larger than ${maxBytes} bytes`);
}
