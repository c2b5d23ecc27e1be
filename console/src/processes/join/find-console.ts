import { pid as ownPid } from 'node:process';
import { isSameAddress } from '../../access/console-address.js';
import { listRunning, type ConsoleEntry } from '../registry.js';
import { JOIN_VARIABLE, PROCESS_VARIABLE } from './join-environment.js';
import { JOIN_PATH, joinTokenOf } from './join-protocol.js';

/** Where a process sends its spans, and with which token. */
export interface JoinAddress {
  readonly url: URL;
  readonly token: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds the console for this process to join: that of the process that started it, else the one started last. Undefined
 * if there is none yet. Never rejects.
 */
export async function findConsole(env: Environment): Promise<JoinAddress | undefined> {
  const entries = await running();
  const offered = offeredAddress(env[JOIN_VARIABLE]);
  const wanted = Number(env[PROCESS_VARIABLE]);
  const entry = offered ? current(entries, offered, wanted) : chosen(entries, wanted);
  return entry === undefined ? offered : joinAddress(entry.url, joinTokenOf(entry.token));
}

/**
 * The console of the same process, which may have moved to another port; else a console at the same address, whose
 * token is new if its process was restarted.
 */
function current(
  entries: readonly ConsoleEntry[],
  { url: offered }: JoinAddress,
  wanted: number,
): ConsoleEntry | undefined {
  return entries.find(({ pid }) => pid === wanted) ?? entries.find(({ url }) => isSameAddress(url, offered.href));
}

/** @throws TypeError if `url` is not a URL */
export function joinAddress(url: string, token: string): JoinAddress {
  return { url: new URL(JOIN_PATH, url), token };
}

function offeredAddress(offered: string | undefined): JoinAddress | undefined {
  const [url = '', token = ''] = (offered ?? '').split('#');
  if (token === '' || !URL.canParse(url) || new URL(url).protocol !== 'http:') return undefined;
  return joinAddress(url, token);
}

function chosen(entries: readonly ConsoleEntry[], wanted: number): ConsoleEntry | undefined {
  if (wanted > 0 && wanted !== ownPid) return entries.find(({ pid }) => pid === wanted);
  return entries.find(({ pid }) => pid !== ownPid);
}

async function running(): Promise<ConsoleEntry[]> {
  try {
    return await listRunning();
  } catch {
    return [];
  }
}
