import { AssertionError } from 'node:assert';
import { counted } from '../../../model/text-of.js';
import type { CapturedNode } from '../../../trace/captured-span.js';
import { firstTexts } from '../../first-texts.js';
import { nodesOf } from '../../../trace/walk.js';
import { annotatedTree } from './annotated-tree.js';
import type { Wanted } from '../pattern/expectation.js';
import { openAmong, type Annotations } from './annotations.js';
import type { Assertion } from '../../call-site.js';
import { summaryOf, titleOf } from './describe.js';

/** Maximum number of trees shown. If there are more, only annotated ones are shown. */
const MAX_TREES = 5;
const MAX_NAMES = 10;

export interface Failure {
  readonly headline: string;
  /** The captured records, one line each. */
  readonly body: readonly string[];
  /** Possible explanations. */
  readonly hints?: readonly string[];
  readonly actual: string;
  readonly expected: string;
}

/**
 * Makes an `AssertionError`, which all test runners support. The message contains the headline and the captured trees;
 * the runner adds a diff of `actual` and `expected`, which are trees as well.
 */
export function failureOf(
  calledAs: Assertion,
  { headline, body, hints = [], actual, expected }: Failure,
): AssertionError {
  const paragraphs = [[headline], body, hints].filter(({ length }) => length > 0).map((lines) => lines.join('\n'));
  return new AssertionError({
    // The final line break separates it from the runner's diff.
    message: paragraphs.length === 1 ? headline : `${paragraphs.join('\n\n')}\n`,
    operator: calledAs.name,
    actual,
    expected,
    stackStartFn: calledAs,
  });
}

export function capturedTrees(roots: readonly CapturedNode[], notes: Annotations): string[] {
  const noted = roots.filter((root) => nodesOf([root]).some((node) => notes.of(node) !== undefined));
  const shown = roots.length <= MAX_TREES ? roots : noted.length > 0 ? noted : roots.slice(0, MAX_TREES);
  const others = roots.length - shown.length;
  const open = openAmong(nodesOf(roots));
  return [
    ...annotatedTree(shown, notes),
    ...(others > 0 ? [`  … and ${counted(others, 'other tree')}`] : []),
    ...(open.length > 0 ? ['', `still open: ${firstTexts(open, MAX_NAMES, (span) => titleOf(span)).join(', ')}`] : []),
  ];
}

export function headlineOfMissing(
  noun: 'span' | 'log',
  { expectation, times }: Wanted,
  found: number,
  nothingCaptured: boolean,
  nearest: string | undefined,
): string {
  const summary = summaryOf(expectation);
  const wanted =
    times === 1 ? `no ${noun} matches ${summary}` : `expected ${times} ${noun}s that match ${summary}, got ${found}`;
  if (nothingCaptured) return `${wanted}: no ${noun} was captured`;
  return nearest === undefined ? wanted : `${wanted}; ${nearest}`;
}
