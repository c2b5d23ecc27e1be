import { Rejection } from './rejection.js';

/** How much requests may hold that have not been answered, all of them together. */
export interface UnderWayLimits {
  readonly maxRequests: number;
  readonly maxBytes: number;
}

/**
 * What requests hold that have not been answered: each may be of the allowed size, but not all at once.
 *
 * At a limit a request is turned down with a status that asks its sender to try again.
 */
export class UnderWay {
  readonly #limits: UnderWayLimits;
  #requests = 0;
  #bytes = 0;

  constructor(limits: UnderWayLimits) {
    this.#limits = limits;
  }

  /**
   * Gives a request its share, which it leaves when it is answered.
   *
   * @throws Rejection
   */
  enter(): Share {
    if (this.#requests >= this.#limits.maxRequests) throw busy(`${this.#requests} requests`);
    this.#requests++;
    let taken = 0;
    return {
      take: (bytes) => {
        if (this.#bytes + bytes > this.#limits.maxBytes) throw busy(`bodies of ${this.#bytes} bytes`);
        this.#bytes += bytes;
        taken += bytes;
      },
      leave: () => {
        this.#requests--;
        this.#bytes -= taken;
      },
    };
  }
}

/** What one request holds. */
export interface Share {
  /** @throws Rejection if it is more than there is room for */
  take(bytes: number): void;
  /** To be called once. */
  leave(): void;
}

function busy(what: string): Rejection {
  return new Rejection('busy', `${what} are under way already`);
}
