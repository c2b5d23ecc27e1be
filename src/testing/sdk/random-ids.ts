import { randomBytes } from 'node:crypto';

/**
 * An id generator for the SDK. Unlike the SDK's own it does not use `Math.random()`: a test that replaces that by a
 * constant would give all of its spans one id.
 */
export const randomIds = { generateTraceId: () => randomId(16), generateSpanId: () => randomId(8) };

/** All zeros is no valid id. */
function randomId(bytes: number): string {
  const id = randomBytes(bytes);
  if (id.every((byte) => byte === 0)) id[0] = 1;
  return id.toString('hex');
}
