import { setTimeout as sleep } from 'node:timers/promises';
import { isSameAddress } from '../../access/console-address.js';
import { isSameService, type ConsoleEntry } from '../../processes/registry-entry.js';
import { chosen as chosenOf, tokenFor, type Chosen } from '../choose.js';
import { ClientError } from '../../client/client-error.js';
import { ConsoleClient } from '../../client/console-client.js';
import type { Call } from '../command.js';

const FIRST_WAIT_MILLIS = 300;
const LONGEST_WAIT_MILLIS = 5_000;

/**
 * Waits until the same console answers again, or the console of the service's next process, whose token is in the list
 * of running consoles.
 *
 * @param problem why the last request failed
 * @returns undefined if the command has to end, or the process chosen by `--pid` has ended
 * @throws ClientError if waiting does not help
 */
export async function reconnected(
  call: Call,
  chosen: Chosen,
  problem: ClientError,
): Promise<ConsoleClient | undefined> {
  call.terminal.note(`${problem.message.split('\n')[0]}; waiting for it`);
  for (let wait = FIRST_WAIT_MILLIS; !call.signal.aborted; wait = Math.min(LONGEST_WAIT_MILLIS, wait * 1.6)) {
    // Random, so that the clients of one service do not all reconnect at once.
    await sleep(wait * (0.8 + Math.random() * 0.4), undefined, { signal: call.signal }).catch(() => {});
    const running = await call.listRunning().catch((): ConsoleEntry[] => []);
    if (call.values.pid !== undefined && !running.some(({ pid }) => pid === call.values.pid)) {
      call.terminal.note(`process ${call.values.pid} has ended`);
      return undefined;
    }
    const client = await tried(call, successorOf(call, chosen, running));
    if (client !== undefined) return client;
  }
  return undefined;
}

/** The console to try next; undefined while no console of the service is listed. */
function successorOf(call: Call, chosen: Chosen, running: readonly ConsoleEntry[]): Chosen | undefined {
  const { url, entry } = chosen;
  const same = running.find((each) => isSameAddress(each.url, url));
  if (call.values.url !== undefined) return { url, token: tokenFor(call, same) ?? chosen.token, entry: same };
  const next = same ?? (entry === undefined ? undefined : running.find((each) => isSameService(each, entry)));
  return next === undefined ? undefined : chosenOf(next);
}

async function tried(call: Call, target: Chosen | undefined): Promise<ConsoleClient | undefined> {
  if (target === undefined || call.signal.aborted) return undefined;
  const client = new ConsoleClient(target, call.signal);
  try {
    await client.hello();
    return client;
  } catch (error) {
    if (call.signal.aborted || (error instanceof ClientError && mayPass(call, error))) return undefined;
    throw error;
  }
}

/** Whether a later try may succeed: a new process may listen before the list has its token. */
function mayPass(call: Call, error: ClientError): boolean {
  const isFixed = call.values.url !== undefined && tokenFor(call, undefined) !== undefined;
  return error.isTemporary || (error.status === 401 && !isFixed);
}
