import type { Command } from './command.js';
import type { Flag } from './flags.js';

const PROGRAM = 'otel-span-cache-console';

export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => titleOf(command).length));
  return [
    `Usage: ${PROGRAM} <command> [options]`,
    '',
    'Shows what a running Node.js service does: its traces, call stacks, errors and logs.',
    '',
    ...commands.map((command) => `  ${titleOf(command).padEnd(width)}  ${command.summary}`),
    '',
    `  ${'--help, --version'.padEnd(width)}  also: ${PROGRAM} <command> --help`,
    '',
    'If several consoles run, --pid or --url chooses one. A query looks like',
    "  'root.duration > 200ms and http.route = /orders'   or just words:   timeout",
    '',
    'Exit codes: 0 fine, 1 failed, 2 wrong usage, 130 interrupted.',
    'Variables: OTEL_SPAN_CACHE_CONSOLE_TOKEN (token for --url), NO_COLOR, FORCE_COLOR, COLUMNS.',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const flags: readonly (readonly [title: string, help: string])[] = [
    ...command.flags.map((flag) => [flagTitle(flag), flag.help] as const),
    ['--help', 'this text'],
  ];
  const width = Math.max(...flags.map(([title]) => title.length));
  const args = command.args === '' ? '' : ` ${command.args}`;
  return [
    `Usage: ${PROGRAM} ${command.name} ${command.passesOn === true ? `[options]${args}` : `${args} [options]`.trim()}`,
    '',
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    ...(command.details === undefined ? [] : ['', ...command.details]),
    '',
    ...flags.map(([title, help]) => `  ${title.padEnd(width)}  ${help}`),
  ].join('\n');
}

function titleOf({ name, args }: Command): string {
  return args === '' ? name : `${name} ${args}`;
}

function flagTitle({ name, value }: Flag): string {
  return value === undefined ? `--${name}` : `--${name} <${value}>`;
}
