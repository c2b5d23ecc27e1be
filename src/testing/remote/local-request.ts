import type { IncomingHttpHeaders } from 'node:http';
import { expectation } from '../../support/option.js';
import { Rejection } from './rejection.js';

/** As `URL` writes them: lower-case, addresses in their shortest form. */
const LOOPBACK = /^(?:localhost\.?|127\.\d+\.\d+\.\d+|\[::1\])$/;

const EXPECTED = 'localhost or a loopback address';

/**
 * Refuses what a web page sends: a page can have the name of its own site resolve to this machine (DNS rebinding),
 * and its browser would then let it send anything to the receiver. A browser names that site as `Host`, and as
 * `Origin` the site that the page comes from.
 *
 * @throws Rejection
 */
export function assertLocal({ host, origin }: IncomingHttpHeaders): void {
  if (!isLoopback(`http://${host}`)) throw wrongHost('Host', host);
  if (origin !== undefined && !isLoopback(origin)) throw wrongHost('Origin', origin);
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}

function wrongHost(header: string, value: string | undefined): Rejection {
  return new Rejection('wrong_host', expectation(`the ${header} header`, EXPECTED, value));
}
