const LOOPBACK_NAMES = new Set(['localhost', '[::1]']);

/** An address as a user gives it, which may carry the token after `#`, as the console writes it on start. */
export interface GivenAddress {
  /** Without the token. */
  readonly url: string;
  readonly token: string | undefined;
}

/** @returns undefined if the text is not the address of a console. `http:` may be left out. */
export function parseAddress(text: string): GivenAddress | undefined {
  const address = /^https?:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const token = url.hash.slice(1);
  const isBare = url.pathname === '/' && url.search === '' && url.username === '' && url.password === '';
  if (!isBare || !/^[\w-]*$/.test(token)) return undefined;
  url.hash = '';
  return { url: url.href, token: token || undefined };
}

/** Whether two addresses lead to the same console: it answers at each of the three names of loopback. */
export function isSameAddress(one: string, other: string): boolean {
  return originOf(one) === originOf(other);
}

function originOf(address: string): string {
  const url = new URL(address);
  if (LOOPBACK_NAMES.has(url.hostname)) url.hostname = '127.0.0.1';
  return url.origin;
}
