import type { Disposable } from './disposable.js';

/** Ends something that goes on until it is closed, such as a subscription. Works with `using`. */
export interface Handle extends Disposable {
  readonly closed: boolean;
  /** Ends it. Closing twice is harmless. */
  close(): unknown;
}

/** A handle that calls a function when it is closed, once. */
export function handle(end: () => void): Handle {
  return new EndingHandle(end);
}

class EndingHandle implements Handle {
  #end: (() => void) | undefined;

  constructor(end: () => void) {
    this.#end = end;
  }

  get closed(): boolean {
    return this.#end === undefined;
  }

  close(): void {
    const end = this.#end;
    this.#end = undefined;
    end?.();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
