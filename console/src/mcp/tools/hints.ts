import type { Coverage } from '../../api/schemas.js';
import type { Answer } from '../answer.js';
import { clock, plural } from '../words.js';

/** Suggests the next call after a search without results. */
export function emptyHint(
  answer: Answer,
  { retained, retainedSince }: Coverage,
  unseenKeys: readonly string[] = [],
): void {
  if (retained === 0) {
    answer.hint('No span is kept yet: send the service a request, then ask again, or use wait_for.');
    return;
  }
  if (unseenKeys.length > 0) {
    answer.hint(`No span has had the attribute ${unseenKeys.join(' or ')}: correct the query.`);
    return;
  }
  const since = retainedSince === null ? '' : ` since ${clock(retainedSince)}`;
  answer.hint(
    `Nothing here, but ${plural(retained, 'span')} are kept${since}: try a longer window (2h) or another query.`,
  );
}

/** Remark on rows for which a query took too long. */
export function givenUpHint(answer: Answer, givenUp: number, noun: string): void {
  if (givenUp === 0) return;
  answer.hint(`Unknown whether ${plural(givenUp, noun)} match: the query takes too long for their texts.`);
  answer.fact('givenUp', givenUp);
}

export function partialHint(answer: Answer): void {
  answer.hint('Partial: the time limit was reached before every trace was searched. Narrow the window or the query.');
}
