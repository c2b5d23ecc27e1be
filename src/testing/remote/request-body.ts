import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { Rejection } from './rejection.js';

interface Limit {
  readonly maxOutputLength: number;
}

type Decompress = (bytes: Uint8Array, limit: Limit) => Promise<Uint8Array>;

const DECOMPRESS: Readonly<Record<string, Decompress>> = {
  gzip: promisify<Uint8Array, Limit, Uint8Array>(gunzip),
  deflate: promisify<Uint8Array, Limit, Uint8Array>(inflate),
};

/**
 * The whole body, decompressed. Holds at most `maxBytes`, as sent and as decompressed: a small body that grows
 * without end is stopped there.
 *
 * @throws Rejection
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decompress = Object.hasOwn(DECOMPRESS, encoding) ? DECOMPRESS[encoding] : undefined;
  if (decompress === undefined && encoding !== 'identity') {
    throw new Rejection('unsupported_media_type', 'content-encoding must be gzip, deflate or identity');
  }
  const bytes = await readAll(request, maxBytes);
  if (decompress === undefined) return bytes;
  try {
    return await decompress(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new Rejection('bad_payload', `the body is not ${encoding}`);
  }
}

async function readAll(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Breaking off would destroy the connection, and with it the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): Rejection {
  return new Rejection('too_large', `the body is larger than ${maxBytes} bytes`);
}
