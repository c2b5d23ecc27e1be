import { AssertionError } from 'node:assert';
import type { CapturedNode } from '../../captured.js';
import { nodesOf } from '../../snapshot/descendants.js';
import { annotatedTree } from './annotated-tree.js';
import type { Assertion } from './assertion.js';
import { openAmong, type Notes } from './notes.js';
import { titleOf } from './words.js';

/** Trees up to which all are shown. Of more, those there is something to say about. */
const MAX_TREES = 5;
const MAX_NAMES = 10;

/** What an assertion found. */
export interface Failure {
  readonly headline: string;
  /** What was captured, a line each. */
  readonly body: readonly string[];
  readonly actual: string;
  readonly expected: string;
}

/**
 * The error every test runner knows: the message is the headline and the captured tree; the difference of
 * `actual` and `expected`, both trees, is for the runner to draw.
 */
export function failureOf({ headline, body, actual, expected }: Failure, calledAs: Assertion): AssertionError {
  return new AssertionError({
    // The line break at the end keeps the runner's diff apart.
    message: body.length === 0 ? headline : `${headline}\n\n${body.join('\n')}\n`,
    operator: calledAs.name,
    actual,
    expected,
    stackStartFn: calledAs,
  });
}

/** The captured trees, and what is still open in them. */
export function capturedTrees(roots: readonly CapturedNode[], notes: Notes): string[] {
  const noted = roots.filter((root) => nodesOf([root]).some((node) => notes.of(node) !== undefined));
  const shown = roots.length <= MAX_TREES ? roots : noted.length > 0 ? noted : roots.slice(0, MAX_TREES);
  const others = roots.length - shown.length;
  const open = openAmong(nodesOf(roots));
  return [
    ...annotatedTree(shown, notes),
    ...(others > 0 ? [`  … and ${others} other ${others === 1 ? 'tree' : 'trees'}`] : []),
    ...(open.length > 0 ? ['', `still open: ${namesOf(open)}`] : []),
  ];
}

function namesOf(records: readonly object[]): string {
  const names = records.slice(0, MAX_NAMES).map((record) => titleOf(record));
  return (records.length > MAX_NAMES ? [...names, '…'] : names).join(', ');
}

/** What differs, on one line. */
export function firstOf({ all }: Notes): string {
  const [first = 'it differs', ...others] = all;
  if (others.length === 0) return first;
  return `${first} (and ${others.length} more ${others.length === 1 ? 'difference' : 'differences'})`;
}

/** The headline for what is not there, or not often enough. */
export function headlineOfMissing(
  noun: 'span' | 'log',
  summary: string,
  times: number,
  found: number,
  nothingCaptured: boolean,
  nearest: string | undefined,
): string {
  const wanted = times === 1 ? `no ${noun} matches ${summary}` : `expected ${times} ${noun}s that match ${summary}, got ${found}`;
  if (nothingCaptured) return `${wanted}: no ${noun} was captured`;
  return nearest === undefined ? wanted : `${wanted}; ${nearest}`;
}
