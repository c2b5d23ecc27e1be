import type { Disposable } from './disposable.js';

/** Ends a subscription, a listener or another activity. Works with `using`. */
export interface Handle extends Disposable {
  readonly closed: boolean;
  /** Idempotent. */
  close(): void;
}

/** @param onClose called once, by the first `close()` */
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
