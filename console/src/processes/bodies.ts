import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflate } from 'node:zlib';

/** Why a body is not read. */
export type BodyProblem = 'too large' | 'busy' | 'encoding' | 'not compressed';

/** Thrown for a body that is not read. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly problem: BodyProblem;

  constructor(problem: BodyProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

export interface BodyLimits {
  /** Maximum bytes of a body, both as sent and decompressed. */
  readonly maxBytes: number;
  /** Maximum bytes of all bodies held at once, decompressed. */
  readonly maxHeldBytes: number;
}

const DECOMPRESSORS: Readonly<Record<string, () => Transform>> = { gzip: createGunzip, deflate: createInflate };

/**
 * Reads and decompresses whole request bodies. One limit applies to each body, which stops decompression bombs, and
 * another to all bodies together.
 */
export class Bodies {
  readonly #limits: BodyLimits;
  #held = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** Bytes held now. */
  get held(): number {
    return this.#held;
  }

  /**
   * Reads a body and passes it to `use()`. The body counts as held until `use()` has returned.
   *
   * @throws BodyError, an error of `use()`, or one of the connection
   */
  async read<T>(request: IncomingMessage, use: (body: Uint8Array) => T): Promise<T> {
    const { maxBytes } = this.#limits;
    if (Number(request.headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
    const share = { bytes: 0 };
    try {
      return use(await this.#whole(request, share));
    } finally {
      this.#held -= share.bytes;
    }
  }

  async #whole(request: IncomingMessage, share: { bytes: number }): Promise<Uint8Array> {
    const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    const decompressor = Object.hasOwn(DECOMPRESSORS, encoding) ? DECOMPRESSORS[encoding] : undefined;
    if (decompressor === undefined && encoding !== 'identity')
      throw new BodyError('encoding', 'The Content-Encoding must be gzip, deflate or identity.');
    // Leaving the loop must not destroy the connection, because the answer still has to be sent.
    const sent = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    const collect = (chunks: AsyncIterable<Uint8Array>) => this.#collect(chunks, share);
    if (decompressor === undefined) return collect(sent);
    try {
      return await pipeline(atMost(sent, this.#limits.maxBytes), decompressor(), collect);
    } catch (error) {
      if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
      throw new BodyError('not compressed', `The body must be ${encoding}, as its Content-Encoding says.`);
    }
  }

  async #collect(chunks: AsyncIterable<Uint8Array>, share: { bytes: number }): Promise<Uint8Array> {
    const collected: Uint8Array[] = [];
    for await (const chunk of atMost(chunks, this.#limits.maxBytes)) {
      if (this.#held + chunk.length > this.#limits.maxHeldBytes)
        throw new BodyError('busy', 'The console is busy with other requests: try again.');
      this.#held += chunk.length;
      share.bytes += chunk.length;
      collected.push(chunk);
    }
    return Buffer.concat(collected);
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

function tooLarge(maxBytes: number): BodyError {
  return new BodyError('too large', `The body must have at most ${maxBytes} bytes, decompressed.`);
}
