import { expectation } from '../../support/option.js';
import type { CapturedSpan } from '../captured.js';
import type { Assertion } from '../assert/report/assertion.js';
import { capturedTrees, failureOf } from '../assert/report/failure.js';
import { Notes, openAmong } from '../assert/report/notes.js';
import { remarksOn } from '../assert/report/remarks.js';
import { failureOfUnseen } from '../assert/report/unseen.js';
import { titleOf } from '../assert/report/words.js';
import { nodesOf } from '../snapshot/descendants.js';
import { treesOf, type Spans } from '../snapshot/source.js';

/** Open spans in the difference. */
const MAX_NAMES = 60;

/**
 * Asserts how many spans have not ended; with `negated`, that it is another number.
 *
 * @throws AssertionError showing them in their trees; or if it cannot be told
 * @throws TypeError if the count is none
 */
export function assertOpenSpans(spans: Spans, count: number, calledAs: Assertion, negated = false): void {
  if (!Number.isSafeInteger(count) || count < 0) throw new TypeError(expectation('count', 'an integer from 0 on', count));
  const roots = treesOf(spans).flat();
  const open = openAmong(nodesOf(roots));
  if ((open.length === count) !== negated) {
    const unseen = failureOfUnseen(spans, 'how many spans are open', countText(count));
    if (unseen === undefined) return;
    throw failureOf(unseen, calledAs);
  }
  const notes = new Notes();
  if (open.length > count) for (const span of open) notes.line(span, 'expected to have ended');
  throw failureOf(
    {
      headline: `expected ${negated ? 'any number but ' : ''}${countText(count)}, got ${open.length}`,
      body: [...capturedTrees(roots, notes), ...remarksOn(spans, roots)],
      actual: [countText(open.length), ...namesOf(open)].join('\n'),
      expected: negated ? `not ${countText(count)}` : countText(count),
    },
    calledAs,
  );
}

function namesOf(open: readonly CapturedSpan[]): string[] {
  const names = open.slice(0, MAX_NAMES).map((span) => `  ${titleOf(span)}`);
  return open.length > MAX_NAMES ? [...names, `  … ${open.length - MAX_NAMES} more`] : names;
}

function countText(count: number): string {
  return count === 1 ? '1 open span' : `${count} open spans`;
}
