import { dirname } from 'node:path';
import { argv, cwd, env, kill, pid } from 'node:process';
import { isMainThread } from 'node:worker_threads';
import type { SpanCache } from '../cache/span-cache.js';
import { say } from '../support/stderr.js';
import { printable } from '../trace/text/printable.js';
import { CONSOLE_JOIN, CONSOLE_PROCESS, type Settings } from './environment.js';
import { findPackage, loadModule } from './peers.js';

const PACKAGE = 'otel-span-cache-console';

/** The part of the package that is used here. */
interface ConsolePackage {
  readonly serveConsole: (cache: SpanCache, options: { readonly port?: number }) => Promise<unknown>;
  readonly joinConsole: (cache: SpanCache) => JoinedConsole;
}

/** The console of another process, which gets the spans of this one. */
export interface JoinedConsole {
  /** Sends everything. Takes at most a second. Never rejects. */
  forceFlush(): Promise<void>;
  /** Sends everything, and leaves the console. Takes at most a second. Never rejects. */
  close(): Promise<void>;
}

/**
 * Joins the console of the process that started this one, or else starts one for the cache. Does nothing in a worker
 * thread, because the main thread collects its spans. Never throws. The console is loaded only if it is needed.
 *
 * @returns the console that was joined, if it is another process's
 */
export function startConsole(cache: SpanCache, { console }: Settings): JoinedConsole | undefined {
  if (!isMainThread) return undefined;
  const hasOther = isRunning(env[CONSOLE_PROCESS]);
  if (console === false && !(hasOther && isOffered())) return undefined;
  try {
    const path = findPackage(PACKAGE, [...programFolder(), cwd()]);
    if (path === undefined) {
      // A child process need not have the package.
      if (console === false) return undefined;
      say('error', `OTEL_SPAN_CACHE_CONSOLE needs ${PACKAGE}, which is not installed: npm install ${PACKAGE}`);
      return undefined;
    }
    if (!hasOther) env[CONSOLE_PROCESS] = String(pid);
    const { serveConsole, joinConsole } = loadModule(path) as ConsolePackage;
    if (hasOther) return joinConsole(cache);
    serveConsole(cache, console === true ? {} : { port: console as number }).catch(sayFailed);
  } catch (error) {
    sayFailed(error);
  }
  return undefined;
}

function sayFailed(error: unknown): void {
  if (env[CONSOLE_PROCESS] === String(pid)) delete env[CONSOLE_PROCESS];
  say('error', `the console did not start: ${printable(error)}`);
}

/** Whether the console of another process is offered to this one, and its variable does not decline it. */
function isOffered(): boolean {
  return Boolean(env[CONSOLE_JOIN]) && !env['OTEL_SPAN_CACHE_CONSOLE']?.trim();
}

/** The folder of the program, unless its code comes from elsewhere: `node --eval`, the REPL. */
function programFolder(): string[] {
  const program = argv[1];
  return program === undefined ? [] : [dirname(program)];
}

/** Whether another process with this pid is running. */
function isRunning(text: string | undefined): boolean {
  const other = Number(text);
  if (!Number.isSafeInteger(other) || other <= 0 || other === pid) return false;
  try {
    return kill(other, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
