import type { Assertion } from './assertion.js';

/** Where a test called something that fails later, when the call is not on the stack any more. */
export class Call {
  readonly #frames: string;

  constructor(calledAs: Assertion) {
    const call = new Error('called here');
    Error.captureStackTrace(call, calledAs);
    this.#frames = call.stack?.slice(call.stack.indexOf('\n')) ?? '';
  }

  /** Gives an error the stack of the call. */
  blame<E extends Error>(error: E): E {
    const code = 'code' in error ? ` [${String(error.code)}]` : '';
    error.stack = `${error.name}${code}: ${error.message}${this.#frames}`;
    return error;
  }
}
