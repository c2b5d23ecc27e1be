import type { IncomingHttpHeaders } from 'node:http';
import { expectation } from '../../support/option.js';
import { Rejection } from './rejection.js';

/** Loopback hosts as `URL` normalizes them: lower-case, addresses in their shortest form. */
const LOOPBACK = /^(?:localhost\.?|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Rejects requests from web pages. A site can make its name resolve to this machine (DNS rebinding), so that the
 * browser lets its pages send any request to the receiver. The `Host` header of such a request contains the site's
 * name, and `Origin` the site of the page.
 *
 * @throws Rejection if either is not a loopback host
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
