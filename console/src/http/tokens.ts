import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role } from '../api/console-api.js';
import { isStrongToken, TOKEN_FORM } from '../access/token-strength.js';

const BEARER = /^Bearer ([\w-]+) *$/i;

export interface TokenOptions {
  /** Token of the role `control`. */
  readonly token: string;
  /** Token of the role `view`, if there is one. */
  readonly viewToken?: string | undefined;
  /** Token for processes that only send their spans. Without it, no process may send any. */
  readonly joinToken?: string | undefined;
}

/** The tokens that open the API. */
export class Tokens {
  readonly #digests: readonly { readonly role: Role; readonly digest: Buffer }[];

  readonly #join: Buffer | undefined;

  /** @throws {TypeError} for a token that can be guessed, or contains characters other than letters, digits, - and _ */
  constructor({ token, viewToken, joinToken }: TokenOptions) {
    checkToken('token', token);
    if (joinToken !== undefined) checkToken('joinToken', joinToken);
    if (viewToken !== undefined) checkToken('viewToken', viewToken);
    if (viewToken === token) throw new TypeError('viewToken must differ from token');
    this.#join = joinToken === undefined ? undefined : digestOf(joinToken);
    this.#digests = [
      { role: 'control', digest: digestOf(token) },
      ...(viewToken === undefined ? [] : [{ role: 'view' as const, digest: digestOf(viewToken) }]),
    ];
  }

  /** Whether an `Authorization` header contains the token for processes that send their spans. */
  mayJoin(header: string | undefined): boolean {
    const [, given] = BEARER.exec(header ?? '') ?? [];
    const digest = digestOf(given ?? '');
    return given !== undefined && this.#join !== undefined && timingSafeEqual(digest, this.#join);
  }

  /**
   * Role of an `Authorization` header; undefined if it contains no token of the API. Compares the digests of all
   * tokens, so that the time taken reveals nothing about a token.
   */
  roleOf(header: string | undefined): Role | undefined {
    const [, given] = BEARER.exec(header ?? '') ?? [];
    const digest = digestOf(given ?? '');
    let found: Role | undefined;
    for (const { role, digest: expected } of this.#digests) {
      if (timingSafeEqual(digest, expected)) found = role;
    }
    return given === undefined ? undefined : found;
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function checkToken(name: string, token: string): void {
  if (typeof token !== 'string' || !isStrongToken(token)) throw new TypeError(`${name} must be ${TOKEN_FORM}`);
}
