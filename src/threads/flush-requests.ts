/**
 * The flushes that a relay is asked for, one at a time: it may be busy, and what it is sent meanwhile piles up. Who
 * asks while one is under way waits for the next, as what ended since then need not be in the answer.
 */
export class FlushRequests {
  readonly #ask: (flush: number) => void;
  /** Who waits for the flush under way, if one is. */
  #asked: Set<() => void> | undefined;
  #next = new Set<() => void>();
  #flush = 0;

  constructor(ask: (flush: number) => void) {
    this.#ask = ask;
  }

  /** Resolves when the relay has answered, cannot do so any more, or the time is up. */
  wait(timeIsUp: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#next.add(resolve);
      void timeIsUp.then(() => {
        waiting.delete(resolve);
        resolve();
      });
      if (this.#asked === undefined) this.#askNext();
    });
  }

  answered(flush: number): void {
    if (flush === this.#flush) this.giveUp();
  }

  /** The answer to the one under way does not come. */
  giveUp(): void {
    if (this.#asked === undefined) return;
    for (const resolve of this.#asked) resolve();
    this.#asked = undefined;
    if (this.#next.size > 0) this.#askNext();
  }

  /** No answer comes any more. */
  end(): void {
    for (const resolve of [...(this.#asked ?? []), ...this.#next]) resolve();
    this.#asked = undefined;
    this.#next.clear();
  }

  #askNext(): void {
    this.#asked = this.#next;
    this.#next = new Set();
    this.#ask(++this.#flush);
  }
}
