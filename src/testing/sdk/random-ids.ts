import { randomBytes } from 'node:crypto';

/** Random bytes are asked for in blocks: a call takes a microsecond, whatever it gives. */
const BLOCK_BYTES = 4_096;

let block: Buffer | undefined;
let used = 0;

/**
 * An id generator for the SDK. Unlike the SDK's own it does not use `Math.random()`: a test that replaces that by a
 * constant would give all of its spans one id.
 */
export const randomIds = { generateTraceId: () => randomId(16), generateSpanId: () => randomId(8) };

function randomId(bytes: number): string {
  if (block === undefined || used + bytes > BLOCK_BYTES) {
    block = randomBytes(BLOCK_BYTES);
    used = 0;
  }
  const id = block.subarray(used, used + bytes);
  used += bytes;
  // All zeros is no valid id.
  if (id.every((byte) => byte === 0)) id[0] = 1;
  return id.toString('hex');
}
