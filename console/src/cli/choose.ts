import { createInterface } from 'node:readline/promises';
import { isSameAddress } from '../access/console-address.js';
import type { ConsoleEntry } from '../processes/registry.js';
import type { Target } from '../client/console-client.js';
import type { Call } from './command.js';
import { CommandError, UsageError } from './exit.js';
import { visible } from '../text/visible.js';

const TOKEN_VARIABLE = 'OTEL_SPAN_CACHE_CONSOLE_TOKEN';

/** A chosen console. `entry` is its entry in the list of running consoles, if it has one. */
export interface Chosen extends Target {
  readonly entry: ConsoleEntry | undefined;
}

/**
 * Chooses the console for a command: by `--url` or `--pid`, or the only one that runs. If several run, the user chooses
 * one.
 *
 * @throws CommandError with one sentence on how to start a console, or how to choose one
 */
export async function chooseConsole(call: Call): Promise<Chosen> {
  const { url, pid } = call.values;
  if (url !== undefined && pid !== undefined) {
    throw new UsageError(`${call.command}: --url and --pid exclude each other`);
  }
  if (url !== undefined) return byAddress(call, url.url);
  const running = await call.listRunning();
  const candidates = pid === undefined ? running : running.filter((entry) => entry.pid === pid);
  const [first, ...more] = candidates;
  if (first === undefined) throw nothingFound(running, pid);
  return chosen(more.length === 0 ? first : await oneOf(candidates, call));
}

export function chosen(entry: ConsoleEntry): Chosen {
  return { url: entry.url, token: entry.token, entry };
}

/** Token for a console chosen by `--url`: from the address, else the environment, else the list of running consoles. */
export function tokenFor({ streams, values }: Call, entry: ConsoleEntry | undefined): string | undefined {
  return values.url?.token ?? (streams.env[TOKEN_VARIABLE] || entry?.token);
}

/** With a token the address suffices, so an unreadable list is ignored. */
async function byAddress(call: Call, url: string): Promise<Chosen> {
  const running = await call.listRunning().catch((error: unknown) => {
    if (tokenFor(call, undefined) === undefined) throw error;
    return [];
  });
  const entry = running.find((each) => isSameAddress(each.url, url));
  return { url, token: tokenFor(call, entry), entry };
}

function nothingFound(running: readonly ConsoleEntry[], pid: number | undefined): CommandError {
  if (running.length > 0) {
    return new UsageError(`no console runs in process ${pid}; running:\n${listOf(running)}`);
  }
  const where = pid === undefined ? '' : ` in process ${pid}`;
  return new CommandError(
    `no console is running${where}: start your service with "npx otel-span-cache-console run app.js", or call serveConsole(cache) in it`,
  );
}

async function oneOf(candidates: readonly ConsoleEntry[], call: Call): Promise<ConsoleEntry> {
  const { terminal, streams, signal } = call;
  const flag = new Set(candidates.map(({ pid }) => pid)).size === candidates.length ? '--pid' : '--url';
  const sentence = `${candidates.length} consoles are running: choose one by ${flag}`;
  if (!terminal.interactive) throw new UsageError(`${sentence}\n${listOf(candidates)}`);
  terminal.note(`${candidates.length} consoles are running:`);
  candidates.forEach((entry, index) => terminal.note(`  ${index + 1}  ${lineOf(entry)}`));
  const answer = await ask(`Which one? [1-${candidates.length}] `, streams, signal);
  const entry = /^\d+$/.test(answer) ? candidates[Number(answer) - 1] : undefined;
  if (entry === undefined) {
    throw new UsageError(`expected a number from 1 to ${candidates.length}, got ${JSON.stringify(answer)}`);
  }
  return entry;
}

/** @returns '' if the input ends */
async function ask(question: string, { stdin, stderr }: Call['streams'], signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input: stdin, output: stderr as NodeJS.WriteStream, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
    return (await Promise.race([reader.question(question, { signal }), ended])).trim();
  } finally {
    reader.close();
  }
}

function listOf(entries: readonly ConsoleEntry[]): string {
  return entries.map((entry) => `  ${lineOf(entry)}`).join('\n');
}

function lineOf({ pid, service, url }: ConsoleEntry): string {
  return `${pid}  ${visible(service, 60)}  ${url}`;
}
