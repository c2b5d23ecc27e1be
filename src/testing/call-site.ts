/** A function that a test calls. An error's stack trace can start at its call. */
export type Assertion = (...args: never[]) => unknown;

/**
 * Remembers the place where a test called a function that may fail later, when the call is no longer on the stack.
 *
 * @returns a function that gives an error the stack of that call
 */
export function callSite(calledAs: Assertion): <E extends Error>(error: E) => E {
  const call = new Error('called here');
  Error.captureStackTrace(call, calledAs);
  const frames = call.stack?.slice(call.stack.indexOf('\n')) ?? '';
  return (error) => {
    const code = 'code' in error ? ` [${String(error.code)}]` : '';
    error.stack = `${error.name}${code}: ${error.message}${frames}`;
    return error;
  };
}

/**
 * Runs code that checks arguments. The stack of a TypeError or RangeError that it throws starts where the test called
 * `calledAs`, so that a test runner shows the line of the test, not one of this package.
 */
export function checkArguments<T>(calledAs: Assertion, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      const { stack = '' } = error;
      Error.captureStackTrace(error, calledAs);
      // If `calledAs` is not on the stack, all frames are gone: restore them.
      if (!error.stack?.includes('\n    at ')) error.stack = stack;
    }
    throw error;
  }
}
