import { pid } from 'node:process';
import { isLoopback } from '../../access/host-names.js';
import { joinTokenOf } from './join-protocol.js';

/** Address of the console, with the token for joining it after `#`, for child processes. */
export const JOIN_VARIABLE = 'OTEL_SPAN_CACHE_CONSOLE_JOIN';

/** Pid of the process that has or starts a console, by which child processes started before it listens can find it. */
export const PROCESS_VARIABLE = 'OTEL_SPAN_CACHE_CONSOLE_PROCESS';

type Environment = Record<string, string | undefined>;

/**
 * Makes child processes started from now on join this console, if they load `otel-span-cache/register` or call
 * `joinConsole()`. Returns a function that ends this. Only a console that listens on loopback is offered, because other
 * traffic could be read in transit.
 */
export function offerToChildren(env: Environment, url: string, token: string, host: string | undefined): () => void {
  if (host !== undefined && !isLoopback(host)) return () => {};
  const offered = `${url}#${joinTokenOf(token)}`;
  env[JOIN_VARIABLE] = offered;
  env[PROCESS_VARIABLE] = String(pid);
  return () => {
    if (env[JOIN_VARIABLE] !== offered) return;
    delete env[JOIN_VARIABLE];
    delete env[PROCESS_VARIABLE];
  };
}
