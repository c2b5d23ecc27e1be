import { Rejection } from './rejection.js';

/** Limits of all pending requests together. */
export interface UnderWayLimits {
  readonly maxRequests: number;
  readonly maxBytes: number;
}

/**
 * Pending requests and the bytes they hold: each may be of the allowed size, but not all at once.
 *
 * At a limit a request is rejected with a status that makes its sender retry.
 */
export class UnderWay {
  readonly #limits: UnderWayLimits;
  #requests = 0;
  #bytes = 0;

  constructor(limits: UnderWayLimits) {
    this.#limits = limits;
  }

  /**
   * Starts the share of a request, to be left when the request is answered.
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

/** Bytes that one request holds. */
export interface Share {
  /** @throws Rejection if the limit is reached */
  take(bytes: number): void;
  /** To be called once. */
  leave(): void;
}

function busy(what: string): Rejection {
  return new Rejection('busy', `${what} are under way already`);
}
