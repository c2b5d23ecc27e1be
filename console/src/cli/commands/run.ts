import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../command.js';
import { CommandError, UsageError } from '../exit.js';
import { integerFlag, type Flag } from '../flags.js';
import type { Environment } from '../terminal.js';

const REGISTER = 'otel-span-cache/register';

/** Signals that end a process, or that a program may handle in its own way. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGBREAK'] as const;

/** Signals that the terminal itself sends to all foreground processes. */
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

const JSON_LINE: Flag = { name: 'json', help: 'write the address of the console as a line of JSON to standard error' };

export const run: Command = {
  name: 'run',
  args: '[node options] app.js [arguments]',
  count: [1, Infinity],
  summary: 'runs a program with tracing and the console',
  details: [
    'Put options of this command first; everything after them is passed to node unchanged:',
    '  otel-span-cache-console run --port 4400 --enable-source-maps app.js --verbose',
  ],
  flags: [integerFlag('port', 'n', 1, 65_535, 'port of the console (default 4380, or the next free one)'), JSON_LINE],
  passesOn: true,
  async run({ args, values: { port, json }, streams: { env } }) {
    if (args.every((arg) => arg.startsWith('-'))) {
      throw new UsageError(`run: a program is missing, such as app.js, after ${JSON.stringify(args.join(' '))}`);
    }
    return passedOn(process.execPath, ['--import', registerModule(), ...args], {
      ...environmentOf(env, port),
      ...(json === true && { OTEL_SPAN_CACHE_CONSOLE_ANNOUNCE: 'json' }),
    });
  },
};

/** The environment of the program, without the token of another console. */
function environmentOf(env: Environment, port: number | undefined): NodeJS.ProcessEnv {
  const { OTEL_SPAN_CACHE_CONSOLE_TOKEN: _, OTEL_SPAN_CACHE_CONSOLE: set, ...others } = env;
  const isOn = set !== undefined && !['', '0', 'false'].includes(set.trim().toLowerCase());
  return { ...others, OTEL_SPAN_CACHE_CONSOLE: port === undefined ? (isOn ? set : 'true') : String(port) };
}

/**
 * The module that sets up tracing: from the program's folder if the console is installed there too, so that both share
 * one cache; otherwise the one installed with this command.
 */
function registerModule(): string {
  const here = createRequire(join(process.cwd(), 'package.json'));
  try {
    here.resolve('otel-span-cache-console/package.json');
    here.resolve(REGISTER);
    return REGISTER;
  } catch {
    return import.meta.resolve(REGISTER);
  }
}

/**
 * Runs a program with this process's input and outputs, forwards signals, and ends the way the program ends.
 *
 * @returns its exit code. If a signal has ended it, the same signal ends this process.
 */
async function passedOn(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit', env });
  const stopListening = passSignals(child);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(new CommandError(`${program} cannot be started: ${error.message}`)));
      child.once('exit', (code, signal) => {
        stopListening();
        resolve(code ?? endBy(signal));
      });
    });
  } finally {
    stopListening();
  }
}

function passSignals(child: ChildProcess): () => void {
  const atTerminal = hasTerminal();
  const pass = (signal: NodeJS.Signals): void => {
    if (!(atTerminal && FROM_TERMINAL.has(signal))) child.kill(signal);
  };
  const signals = SIGNALS.filter((signal) => signal in constants.signals);
  for (const signal of signals) process.on(signal, pass);
  return () => {
    for (const signal of signals) process.removeListener(signal, pass);
  };
}

/** Whether this process has a controlling terminal, even if its input and outputs are redirected. */
function hasTerminal(): boolean {
  if (process.platform === 'win32') return process.stdin.isTTY || process.stdout.isTTY;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** @returns the exit code that a shell reports for the signal, in case the signal does not end this process */
function endBy(signal: NodeJS.Signals | null): number {
  if (signal === null) return 1;
  try {
    process.kill(process.pid, signal);
  } catch {
    // This system has no such signal.
  }
  return 128 + constants.signals[signal];
}
