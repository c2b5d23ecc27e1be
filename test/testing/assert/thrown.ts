import { AssertionError } from 'node:assert';

/** An assertion error with both of its sides. */
export interface Thrown extends AssertionError {
  actual: string;
  expected: string;
}

/** The assertion error that the code throws. Any other is passed on. */
export function thrownBy(code: () => unknown): Thrown {
  try {
    code();
  } catch (error) {
    if (error instanceof AssertionError) return error as Thrown;
    throw error;
  }
  throw new Error('nothing was thrown');
}
