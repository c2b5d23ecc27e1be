import { randomBytes } from 'node:crypto';

/** What makes ids for the SDK. */
export interface IdGenerator {
  generateTraceId(): string;
  generateSpanId(): string;
}

/**
 * Ids that do not come from `Math.random()`, as those of the SDK do: a test that replaces it by a constant would have one
 * id for all of its spans.
 */
export const randomIds: IdGenerator = {
  generateTraceId: () => randomBytes(16).toString('hex'),
  generateSpanId: () => randomBytes(8).toString('hex'),
};
