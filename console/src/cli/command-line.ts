import { ClientError } from '../client/client-error.js';
import { listRunning, RegistryError } from '../processes/registry.js';
import { consoleVersion } from '../versions.js';
import type { Command, Surroundings } from './command.js';
import { errors } from './commands/errors.js';
import { listen } from './commands/listen.js';
import { logs } from './commands/logs.js';
import { mcp } from './commands/mcp.js';
import { open } from './commands/open.js';
import { ps } from './commands/ps.js';
import { run } from './commands/run.js';
import { stacks } from './commands/stacks.js';
import { tail } from './commands/tail.js';
import { trace } from './commands/trace.js';
import { traces } from './commands/traces.js';
import { CommandError, EXIT, exitCodeOf, UsageError } from './exit.js';
import { commandHelp, generalHelp } from './help.js';
import { parseCommand } from './parse.js';
import { piece, type Line } from '../text/styled.js';
import { Terminal, type Streams } from './terminal.js';

export const COMMANDS: readonly Command[] = [run, ps, tail, traces, trace, stacks, errors, logs, open, listen, mcp];

/**
 * Runs a command line to its end. Never throws: an error becomes one sentence on standard error.
 *
 * @param interrupted aborted when the user interrupts the command
 * @returns the exit code
 */
export async function runCommandLine(
  argv: readonly string[],
  streams: Streams,
  interrupted: AbortSignal,
  given: Partial<Pick<Surroundings, 'listRunning' | 'now'>> = {},
): Promise<number> {
  const terminal = new Terminal(streams);
  const signal = AbortSignal.any([interrupted, terminal.closed]);
  const surroundings: Surroundings = { streams, terminal, signal, listRunning, now: Date.now, ...given };
  try {
    const code = await dispatch(argv, surroundings);
    if (terminal.failure !== undefined) throw new CommandError(`the output failed: ${terminal.failure.message}`);
    return interrupted.aborted ? EXIT.interrupted : code;
  } catch (error) {
    if (interrupted.aborted) return EXIT.interrupted;
    if (signal.aborted && terminal.failure === undefined) return EXIT.ok;
    terminal.error(messageOf(error));
    return exitCodeOf(error);
  } finally {
    terminal.restore();
  }
}

async function dispatch([name, ...rest]: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  if (name === '--version' || name === '-v') return say(terminal, consoleVersion());
  if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    return say(terminal, generalHelp(COMMANDS));
  }
  const [wanted, argv] = name === 'help' ? [rest[0], ['--help']] : [name, rest];
  const command = COMMANDS.find((each) => each.name === wanted);
  if (command === undefined) throw new UsageError(unknownCommand(wanted));
  const { help, values, args } = parseCommand(command, argv);
  if (help) return say(terminal, commandHelp(command));
  return command.run({ ...surroundings, command: command.name, values, args });
}

function unknownCommand(name: string | undefined): string {
  const expected = `${COMMANDS.map((each) => each.name).join(', ')}, --help or --version`;
  const given = name === undefined ? 'nothing' : JSON.stringify(name);
  return `expected a command, one of ${expected}, got ${given}`;
}

async function say(terminal: Terminal, text: string): Promise<number> {
  await terminal.printText(text.split('\n').map((line): Line => [piece(line)]));
  return EXIT.ok;
}

/** The message of an error, with the stack if it is a bug of this program, for a report. */
function messageOf(error: unknown): string {
  const isSentence = [CommandError, ClientError, RegistryError].some((kind) => error instanceof kind);
  if (isSentence) return (error as Error).message;
  return `this is a bug of the command: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
