import { randomBytes } from 'node:crypto';

/** Bytes generated per call of `randomBytes()`: a call takes a microsecond, however few it returns. */
const BLOCK_BYTES = 4_096;

let block: Buffer | undefined;
let used = 0;

/**
 * An id generator for the SDK. The SDK's own uses `Math.random()`: in a test that stubs it with a constant, all spans
 * would get the same id.
 */
export const randomIds = { generateTraceId: () => randomId(16), generateSpanId: () => randomId(8) };

function randomId(bytes: number): string {
  if (block === undefined || used + bytes > BLOCK_BYTES) {
    block = randomBytes(BLOCK_BYTES);
    used = 0;
  }
  const id = block.subarray(used, used + bytes);
  used += bytes;
  // An id of zeros is invalid.
  if (id.every((byte) => byte === 0)) id[0] = 1;
  return id.toString('hex');
}
