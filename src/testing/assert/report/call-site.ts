/** A function a test called: the stack trace of its error starts at the call. */
export type Assertion = (...args: never[]) => unknown;

/** Place where a test called something that may fail later, when the call is no longer on the stack. */
export class CallSite {
  readonly #frames: string;

  constructor(calledAs: Assertion) {
    const call = new Error('called here');
    Error.captureStackTrace(call, calledAs);
    this.#frames = call.stack?.slice(call.stack.indexOf('\n')) ?? '';
  }

  /** Gives an error the stack of the call. */
  attachTo<E extends Error>(error: E): E {
    const code = 'code' in error ? ` [${String(error.code)}]` : '';
    error.stack = `${error.name}${code}: ${error.message}${this.#frames}`;
    return error;
  }
}
