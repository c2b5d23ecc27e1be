import type { Disposable } from './disposable.js';

/** Ends something that was begun: a subscription, a listener. Works with `using`. */
export interface Handle extends Disposable {
  readonly closed: boolean;
  /** Closing twice is harmless. */
  close(): void;
}

/** @param onClose is called once, by the first `close()` */
export function handleOf(onClose: () => void): Handle {
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    onClose();
  };
  return {
    get closed() {
      return closed;
    },
    close,
    [Symbol.dispose]: close,
  };
}
