import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NODE_MAJORS, type NodeMajor } from '../nodes.js';

/** A line of OpenTelemetry JS that the scenario tests run with. */
export interface Line {
  /** Name of the line in the table and after `--otel`. */
  readonly name: string;
  /** The folder of its lock file: one of its own, or the repository's. */
  readonly folder: string;
  /** Where its tests are laid out: below that folder, so that they find its packages. */
  readonly run: string;
  /** The folder of its `sdk.ts` and `sdk-types.ts`. */
  readonly twins: string;
  /** Packages whose versions identify the line. */
  readonly packages: readonly string[];
  /** A package that is the repository's only: what a line with packages of its own must not find. */
  readonly foreign?: string;
  /** The oldest Node it runs on, if that is none of ours. */
  readonly oldestNode?: { readonly major: number; readonly version: string };
}

export const LINES: readonly Line[] = [
  {
    name: '2.x oldest',
    folder: here('../otel2-oldest'),
    run: here('../otel2-oldest/.run'),
    twins: here('..'),
    packages: ['sdk-trace-base', 'sdk-logs', 'sdk-node', 'api'],
    foreign: '@opentelemetry/sdk-trace',
  },
  {
    name: '2.x newest',
    folder: here('../..'),
    run: here('.run'),
    twins: here('..'),
    packages: ['sdk-trace-base', 'sdk-logs', 'sdk-node', 'api'],
  },
  {
    name: '3.x',
    folder: here('../otel3'),
    run: here('../otel3/.run'),
    twins: here('../otel3'),
    packages: ['sdk-trace', 'sdk-logs', 'sdk-node', 'api'],
    foreign: '@opentelemetry/sdk-trace-base',
    oldestNode: { major: 22, version: '22.15' },
  },
];

/** One line on one Node. */
export interface Cell {
  readonly line: Line;
  readonly node: NodeMajor;
}

/** Every cell there is, line by line. */
export const CELLS: readonly Cell[] = LINES.flatMap((line) => NODE_MAJORS.map((node) => ({ line, node })));

/** Whether the line's own packages run on the Node. */
export function isSupported({ line, node }: Cell): boolean {
  return line.oldestNode === undefined || node >= line.oldestNode.major;
}

/** The version, by the lock file, of each package that identifies the line. */
export function versionsOf({ folder, packages }: Line): [name: string, version: string][] {
  const lock = JSON.parse(readFileSync(`${folder}/package-lock.json`, 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  return packages.map((name) => [name, lock.packages[`node_modules/@opentelemetry/${name}`]!.version]);
}

/** The table of docs/reference.md, in Markdown. */
export function table(passed: (cell: Cell) => boolean): string {
  const rows = LINES.map((line) => [
    `${line.name}: ${versionsOf(line)
      .map(([name, version]) => `\`${name}\` ${version}`)
      .join(', ')}`,
    ...CELLS.filter((cell) => cell.line === line).map((cell) => mark(cell, passed)),
  ]);
  const head = ['OpenTelemetry JS', ...NODE_MAJORS.map((node) => `Node.js ${node}`)];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function mark(cell: Cell, passed: (cell: Cell) => boolean): string {
  if (!isSupported(cell)) return `needs Node.js ${cell.line.oldestNode!.version}`;
  return passed(cell) ? '✓' : '✗';
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
