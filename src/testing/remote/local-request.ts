import type { IncomingHttpHeaders } from 'node:http';
import { expectation } from '../../support/option.js';
import { Rejection } from './rejection.js';

/** As `URL` writes them: lower-case, addresses in their shortest form. */
const LOOPBACK = /^(?:localhost\.?|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Rejects requests of web pages. A page can make the name of its own site resolve to this machine (DNS rebinding), so
 * that the browser lets it send anything to the receiver; then `Host` has the name of that site. `Origin` has the site
 * of the page.
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
  return new Rejection('wrong_host', expectation(`the ${header} header`, 'localhost or a loopback address', value));
}
