import { expectation } from '../../support/option.js';
import { counted } from '../../trace/text/names.js';
import { firstTexts } from '../first-texts.js';
import type { Assertion } from '../assert/report/call-site.js';
import { capturedTrees, failureOf } from '../assert/report/failure.js';
import { Annotations, openAmong } from '../assert/report/annotations.js';
import { hintsOn, inconclusiveFailure } from '../assert/report/hints.js';
import { titleOf } from '../assert/report/describe.js';
import { nodesOf } from '../../trace/walk.js';
import { treesOf, type Spans } from '../snapshot/source.js';

/** Open spans in the difference. */
const MAX_NAMES = 60;

/**
 * Asserts how many spans have not ended; with `negated`, that it is another number.
 *
 * @throws AssertionError showing them in their trees; or if it cannot be told
 * @throws TypeError if the count is no integer from 0
 */
export function assertOpenSpans(spans: Spans, count: number, calledAs: Assertion, negated = false): void {
  if (!Number.isSafeInteger(count) || count < 0) throw new TypeError(expectation('count', 'an integer from 0 on', count));
  const roots = treesOf(spans).flat();
  const open = openAmong(nodesOf(roots));
  if ((open.length === count) !== negated) {
    const unseen = inconclusiveFailure(spans, 'how many spans are open', counted(count, 'open span'));
    if (unseen === undefined) return;
    throw failureOf(unseen, calledAs);
  }
  const notes = new Annotations();
  if (open.length > count) for (const span of open) notes.line(span, 'expected to have ended');
  const names = firstTexts(open, MAX_NAMES, (span) => `  ${titleOf(span)}`, (more) => `  … ${more} more`);
  throw failureOf(
    {
      headline: `expected ${negated ? 'any number but ' : ''}${counted(count, 'open span')}, got ${open.length}`,
      body: capturedTrees(roots, notes),
      hints: hintsOn(spans, roots),
      actual: [counted(open.length, 'open span'), ...names].join('\n'),
      expected: negated ? `not ${counted(count, 'open span')}` : counted(count, 'open span'),
    },
    calledAs,
  );
}
