import { Rejection } from './rejection.js';

/** The share of one request in the limits. */
export interface Share {
  /**
   * Adds bytes that the request holds.
   *
   * @throws Rejection at the limit
   */
  take(bytes: number): void;
  /** Releases the share. Call it once. */
  leave(): void;
}

/**
 * Limits the requests in flight, and the bytes that they hold together. At a limit, a request is rejected with a status
 * that makes its sender retry.
 *
 * @returns a function that starts the share of a request, and throws a `Rejection` at the limit
 */
export function inFlightLimit(maxRequests: number, maxBytes: number): () => Share {
  let requests = 0;
  let bytes = 0;
  return () => {
    if (requests >= maxRequests) throw busy(`${requests} requests`);
    requests++;
    let taken = 0;
    return {
      take: (more) => {
        if (bytes + more > maxBytes) throw busy(`bodies of ${bytes} bytes`);
        bytes += more;
        taken += more;
      },
      leave: () => {
        requests--;
        bytes -= taken;
      },
    };
  };
}

function busy(what: string): Rejection {
  return new Rejection('busy', `${what} are already in flight`);
}
