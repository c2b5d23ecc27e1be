/**
 * Flush requests to one relay, one at a time, so that requests do not pile up at a busy thread.
 *
 * A caller that arrives during a flush waits for the next one, because the flush under way may not include the spans
 * that ended since it was requested.
 */
export class FlushRequests {
  readonly #request: (flush: number) => void;
  /** Callers waiting for the flush under way; undefined if there is none. */
  #current: Set<() => void> | undefined;
  #next = new Set<() => void>();
  #flush = 0;

  constructor(request: (flush: number) => void) {
    this.#request = request;
  }

  /** Resolves when the relay has answered, can no longer answer, or the time is up. */
  wait(timeIsUp: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#next.add(resolve);
      void timeIsUp.then(() => {
        waiting.delete(resolve);
        resolve();
      });
      if (this.#current === undefined) this.#requestNext();
    });
  }

  answered(flush: number): void {
    if (flush === this.#flush) this.giveUp();
  }

  /** Ends the flush under way without an answer. */
  giveUp(): void {
    if (this.#current === undefined) return;
    for (const resolve of this.#current) resolve();
    this.#current = undefined;
    if (this.#next.size > 0) this.#requestNext();
  }

  /** Ends all flushes without an answer. */
  end(): void {
    for (const resolve of [...(this.#current ?? []), ...this.#next]) resolve();
    this.#current = undefined;
    this.#next.clear();
  }

  #requestNext(): void {
    this.#current = this.#next;
    this.#next = new Set();
    this.#request(++this.#flush);
  }
}
