import type { Failure } from './failure.js';
import { hintsOnUnseen } from './hints.js';

/**
 * What an assertion that denies something has found where nothing contradicts it: nothing either; or, among spans
 * that were not kept, or that could not arrive, there may be any.
 *
 * @param spans what the test looked at
 * @param question what cannot be told then
 * @param elsewhere what there is to say about spans that may belong to it, and that it does not have
 */
export function failureOfUnseen(
  spans: unknown,
  question: string,
  expected: string,
  elsewhere: readonly string[] = [],
): Failure | undefined {
  const body = [...hintsOnUnseen(spans), ...elsewhere];
  if (body.length === 0) return undefined;
  return { headline: `it cannot be told ${question}`, body, actual: '(not all seen)', expected };
}
