const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** A name or an IPv6 address in brackets, then any port. */
const HOST = /^(\[[\da-f:.]+\]|[a-z\d._-]+)(?::\d{1,5})?$/i;

const NAME = /^(?:\[[\da-f:.]+\]|[a-z\d._-]+)$/i;

/**
 * Host names by which the console may be addressed. Others are refused: with DNS rebinding, a page of another site can
 * make a browser send requests to loopback, but not under one of these names.
 */
export class HostNames {
  readonly #names: ReadonlySet<string>;

  /** @throws {TypeError} for a text that cannot be a host name, for instance because it includes a port */
  constructor(allowedHosts: readonly string[] = []) {
    for (const name of allowedHosts) {
      if (typeof name !== 'string' || !isHostName(name))
        throw new TypeError(
          `allowedHosts must be names without a port, or IPv6 addresses in brackets, got ${JSON.stringify(name)}`,
        );
    }
    this.#names = new Set([...LOOPBACK, ...allowedHosts].map((name) => name.toLowerCase()));
  }

  /** @param header the `Host` header; undefined unless there is exactly one */
  allows(header: string | undefined): boolean {
    const [, name] = HOST.exec(header ?? '') ?? [];
    return name !== undefined && this.#names.has(name.toLowerCase());
  }
}

/** Whether a text can be a host name, without a port. */
export function isHostName(text: string): boolean {
  return NAME.test(text);
}

/** Whether a listening address can be reached from this machine only. Undefined stands for the default addresses. */
export function isLoopback(host: string | undefined): boolean {
  return host === undefined || /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
