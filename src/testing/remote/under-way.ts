import { Rejection } from './rejection.js';

/** Bytes that one request holds. */
export interface Share {
  /** @throws Rejection if the limit is reached */
  take(bytes: number): void;
  /** To be called once. */
  leave(): void;
}

/**
 * Bounds pending requests and the bytes they hold: each may be of the allowed size, but not all at once. At a limit a
 * request is rejected with a status that makes its sender retry.
 *
 * @returns starts the share of a request, to be left when the request is answered; throws a `Rejection` at the limit
 */
export function underWay(maxRequests: number, maxBytes: number): () => Share {
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
  return new Rejection('busy', `${what} are under way already`);
}
