/** A function a test called: the stack trace of its error starts at the call. */
export type Assertion = (...args: never[]) => unknown;
