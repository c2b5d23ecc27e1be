import { randomBytes } from 'node:crypto';

/** Id generator of the SDK. */
export interface IdGenerator {
  generateTraceId(): string;
  generateSpanId(): string;
}

/**
 * Unlike the SDK's own generator it does not use `Math.random()`: a test that replaces that by a constant would give
 * all of its spans one id.
 */
export const randomIds: IdGenerator = { generateTraceId: () => randomId(16), generateSpanId: () => randomId(8) };

/** All zeros is no valid id. */
function randomId(bytes: number): string {
  const id = randomBytes(bytes);
  if (id.every((byte) => byte === 0)) id[0] = 1;
  return id.toString('hex');
}
