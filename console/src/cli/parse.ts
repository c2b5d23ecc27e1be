import { parseArgs } from 'node:util';
import type { Command } from './command.js';
import { UsageError } from './exit.js';
import { flagValue, type Flag, type Values } from './flags.js';

export interface Parsed {
  readonly help: boolean;
  readonly values: Values;
  readonly args: readonly string[];
}

/** @throws UsageError with one sentence about the first mistake */
export function parseCommand(command: Command, argv: readonly string[]): Parsed {
  const own = command.passesOn === true ? ownArguments(command.flags, argv) : argv;
  const { tokens } = parseArgs({
    args: [...own],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(
        command.flags.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' } as const]),
      ),
    },
  });
  const values: Record<string, unknown> = {};
  const args: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') help = true;
    else values[token.name] = flagValue(command.name, flagOf(command, token.name, token.rawName), token.value);
  }
  const all = [...args, ...argv.slice(own.length)];
  if (!help) requireCount(command, all);
  return { help, values, args: all };
}

/** The leading flags. The first other argument, and everything after it, belongs to the program. */
function ownArguments(flags: readonly Flag[], argv: readonly string[]): readonly string[] {
  let end = 0;
  for (; end < argv.length; end++) {
    const [name] = (argv[end] as string).split('=', 1);
    const flag = flags.find((each) => name === `--${each.name}`);
    if (flag === undefined && name !== '--help' && name !== '-h') break;
    if (flag?.value !== undefined && name === argv[end]) end++;
  }
  return argv.slice(0, end);
}

function flagOf({ name: command, flags }: Command, name: string, given: string): Flag {
  const flag = flags.find((each) => each.name === name);
  if (flag !== undefined && given === `--${name}`) return flag;
  if (name === 'token') {
    throw new UsageError(
      `${command}: do not pass a token on the command line, where other users see it: set OTEL_SPAN_CACHE_CONSOLE_TOKEN`,
    );
  }
  const known = [...flags.map((each) => `--${each.name}`), '--help'].join(', ');
  throw new UsageError(`${command}: unknown option ${JSON.stringify(given)}, expected one of ${known}`);
}

function requireCount({ name, args, count: [least, most] }: Command, given: readonly string[]): void {
  if (given.length < least) throw new UsageError(`${name}: ${args} is missing`);
  if (given.length > most) {
    const expected = most === 0 ? 'no argument, got' : `only ${args}, also got`;
    throw new UsageError(`${name}: expected ${expected} ${JSON.stringify(given.slice(most).join(' '))}`);
  }
}
