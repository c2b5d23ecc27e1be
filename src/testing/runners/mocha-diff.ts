import { AssertionError } from 'node:assert';

/**
 * Makes what a test throws such that mocha's diff shows what differs and no more: to mocha a last line is another one
 * than the same line with something below it, because of the line break. Other runners mind one at the end.
 */
export function forMochaDiff(error: unknown): unknown {
  if (!(error instanceof AssertionError)) return error;
  const { actual, expected } = error as { actual: unknown; expected: unknown };
  if (isTree(actual) && isTree(expected)) Object.assign(error, { actual: `${actual}\n`, expected: `${expected}\n` });
  return error;
}

function isTree(side: unknown): side is string {
  return typeof side === 'string' && !side.endsWith('\n');
}
