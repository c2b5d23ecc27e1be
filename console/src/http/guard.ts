import type { IncomingMessage } from 'node:http';
import type { Role } from '../api/console-api.js';
import { PROTOCOL } from '../protocol.js';
import type { Failures } from './failures.js';
import type { HostNames } from '../access/host-names.js';
import type { Refusal } from './refusal.js';
import type { Tokens } from './tokens.js';

export interface GuardOptions {
  readonly hosts: HostNames;
  readonly tokens: Tokens;
  readonly failures: Failures;
  /** Monotonic, in milliseconds. */
  readonly elapsed: () => number;
}

const MAX_TARGET = 16_384;
export const MAX_BODY = 65_536;

/** Paths that need a token. Routes check the role again, in case an address is spelled another way. */
const GUARDED = /^\/(?:api|mcp)(?:\/|$)/i;

type Check = (request: IncomingMessage, path: string) => Refusal | undefined;

/**
 * Refuses requests that must not reach a route. Checks the host name, the origin, the form, the protocol number and the
 * token, in this order.
 */
export class Guard {
  readonly #hosts: HostNames;
  readonly #tokens: Tokens;
  readonly #failures: Failures;
  readonly #elapsed: () => number;
  readonly #checks: readonly Check[];

  constructor({ hosts, tokens, failures, elapsed }: GuardOptions) {
    this.#hosts = hosts;
    this.#tokens = tokens;
    this.#failures = failures;
    this.#elapsed = elapsed;
    this.#checks = [
      (request) => this.#checkHost(request),
      checkMethod,
      checkTarget,
      checkOrigin,
      checkSite,
      checkExpectation,
      checkBody,
      checkProtocol,
    ];
  }

  /** Returns the refusal of a request, or the role of its token. On a public path, the role is undefined. */
  admit(request: IncomingMessage): Refusal | { readonly role: Role | undefined } {
    const path = pathOf(request);
    for (const check of this.#checks) {
      const refusal = check(request, path);
      if (refusal !== undefined) return refusal;
    }
    return GUARDED.test(path) ? this.#checkToken(request) : { role: undefined };
  }

  /** Returns the refusal of a request to a route for other processes; undefined if it may pass. */
  admitBatch(request: IncomingMessage): Refusal | undefined {
    const path = pathOf(request);
    for (const check of this.#checks) {
      const refusal = check === checkBody ? checkPosted(request) : check(request, path);
      if (refusal !== undefined) return refusal;
    }
    return this.#tokens.mayJoin(only(request, 'authorization')) ? undefined : this.unauthorized();
  }

  #checkHost(request: IncomingMessage): Refusal | undefined {
    if (this.#hosts.allows(only(request, 'host'))) return undefined;
    return { status: 421, error: 'The Host must be localhost, 127.0.0.1, [::1] or one of allowedHosts.' };
  }

  #checkToken(request: IncomingMessage): Refusal | { readonly role: Role } {
    const role = this.#tokens.roleOf(only(request, 'authorization'));
    return role === undefined ? this.unauthorized() : { role };
  }

  /** Counts a failure, and returns the refusal. */
  unauthorized(): Refusal {
    const seconds = this.#failures.add(this.#elapsed());
    if (seconds === undefined)
      return {
        status: 401,
        error: 'A request must have the header Authorization: Bearer, with the token that was printed at the start.',
        headers: { 'WWW-Authenticate': 'Bearer' },
      };
    return {
      status: 429,
      error: `There were too many requests without a right token: try again in ${seconds} s.`,
      headers: { 'Retry-After': String(seconds) },
    };
  }
}

/** Value of a header that occurs exactly once; else undefined. */
function only(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name];
  return values?.length === 1 ? values[0] : undefined;
}

export function pathOf({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);

function checkMethod({ method = '' }: IncomingMessage): Refusal | undefined {
  if (METHODS.has(method)) return undefined;
  return {
    status: 405,
    error: `The method must be one of GET, POST and PUT, got ${method}.`,
    headers: { Allow: 'GET, POST, PUT' },
  };
}

function checkTarget({ url = '' }: IncomingMessage): Refusal | undefined {
  if (!url.startsWith('/') || url.includes('\\') || url.includes('#'))
    return { status: 400, error: 'The target of a request must be a path.' };
  if (url.length > MAX_TARGET)
    return { status: 414, error: `The target of a request must have at most ${MAX_TARGET} characters.` };
  return undefined;
}

/** Refuses pages of another origin, including files and sandboxed frames (`null`). */
function checkOrigin(request: IncomingMessage): Refusal | undefined {
  if (request.headersDistinct['origin'] === undefined) return undefined;
  if (sameHost(only(request, 'origin') ?? '', only(request, 'host') ?? '')) return undefined;
  return { status: 403, error: 'The Origin, if there is one, must be that of the Host.' };
}

function sameHost(origin: string, host: string): boolean {
  const [, scheme] = /^(https?:)\/\/[^/\s@]+$/i.exec(origin) ?? [];
  if (scheme === undefined) return false;
  try {
    return new URL(origin).host === new URL(`${scheme}//${host}`).host;
  } catch {
    return false;
  }
}

function checkSite(request: IncomingMessage): Refusal | undefined {
  if (request.headersDistinct['sec-fetch-site'] === undefined) return undefined;
  const site = only(request, 'sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return undefined;
  return { status: 403, error: 'Sec-Fetch-Site, if it is sent, must be same-origin or none.' };
}

function checkExpectation({ headers: { expect } }: IncomingMessage): Refusal | undefined {
  if (expect === undefined || expect.toLowerCase() === '100-continue') return undefined;
  return { status: 417, error: 'Expect, if it is sent, must be 100-continue.' };
}

/** Requires JSON, because any page can post a form to any address, but not JSON. */
function checkBody(request: IncomingMessage): Refusal | undefined {
  const length = request.headers['content-length'];
  const hasBody = request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  const isSent = request.method === 'POST' || request.method === 'PUT';
  if (hasBody && !isSent) return { status: 400, error: `A request by ${request.method} must have no body.` };
  if (Number(length) > MAX_BODY) return tooLarge();
  if (isSent && !isJson(only(request, 'content-type')))
    return { status: 415, error: 'The body must be JSON, with the header Content-Type: application/json.' };
  return undefined;
}

function checkPosted({ method }: IncomingMessage): Refusal | undefined {
  if (method === 'POST') return undefined;
  return { status: 405, error: 'The method must be POST.', headers: { Allow: 'POST' } };
}

export function tooLarge(): Refusal {
  return { status: 413, error: `The body must have at most ${MAX_BODY} bytes.` };
}

function isJson(type: string | undefined): boolean {
  return /^application\/json *(?:; *charset="?utf-8"? *)?$/i.test(type ?? '');
}

/** Checks the protocol number, which is in the path, and may also be in a header or a parameter. */
function checkProtocol(request: IncomingMessage, path: string): Refusal | undefined {
  const [, inPath] = /^\/api\/v(\d+)(?:\/|$)/.exec(path) ?? [];
  const inHeader = request.headersDistinct['otel-span-cache-protocol'] ?? [];
  const inQuery = GUARDED.test(path) ? parametersOf(request).getAll('protocol') : [];
  const wrong = [inPath ?? [], inHeader, inQuery].flat().find((number) => number !== String(PROTOCOL));
  if (wrong === undefined) return undefined;
  return {
    status: 426,
    error: `The protocol must be ${PROTOCOL}, got ${wrong.slice(0, 20)}: use the client of the version that the service uses.`,
    headers: { Upgrade: `otel-span-cache/${PROTOCOL}` },
  };
}

function parametersOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}
