import { isLoopback } from '../../access/host-names.js';
import { requireOptions } from '../../expectation.js';
import { resolveOptions, type ConsoleOptions } from '../../options.js';
import { joinAddress, type JoinAddress } from './find-console.js';

/** The console to join, and the values to mask. */
export interface JoinOptions {
  /**
   * Address of the console, such as `http://127.0.0.1:4380/`. Must be a loopback address. Default: the console of the
   * process that started this one, else this user's console that was started last; if there is none, this process keeps
   * looking.
   */
  url?: string;
  /** The token for joining that console. Required with `url`, and not allowed without it. */
  token?: string;
  /** Masks values before they leave this process, like the option of `serveConsole()`. Default: only the known keys. */
  redact?: Required<ConsoleOptions>['redact'];
}

export interface ResolvedJoinOptions {
  readonly address: JoinAddress | undefined;
  readonly redact: ConsoleOptions['redact'];
}

const NAMES: readonly string[] = ['url', 'token', 'redact'] satisfies (keyof JoinOptions)[];

/**
 * Checks the options.
 *
 * @throws TypeError for an unknown option or a wrong value
 */
export function resolveJoinOptions(options: JoinOptions = {}): ResolvedJoinOptions {
  const given: unknown = options;
  requireOptions(given);
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new TypeError(`unknown option '${unknown}': expected one of ${NAMES.join(', ')}`);
  const { url, token, redact } = options;
  const { redact: checked } = resolveOptions(redact === undefined ? {} : { redact });
  return { address: addressOf(url, token), redact: checked };
}

function addressOf(url: unknown, token: unknown): JoinAddress | undefined {
  if (url === undefined && token === undefined) return undefined;
  if (typeof url !== 'string' || !isLocal(url))
    throw new TypeError('url must be an address of this machine with http:, such as http://127.0.0.1:4380/');
  if (typeof token !== 'string' || !/^[\w.~+/-]+=*$/.test(token))
    throw new TypeError('token must be the token for joining the console at url');
  return joinAddress(url, token);
}

function isLocal(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}
