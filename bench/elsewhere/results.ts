import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Machine } from '../report/machine.js';
import type { ConsoleId } from './consoles/console.js';
import type { RowId } from './rows.js';

/** A figure, or an outcome in a few words. */
export type Cell = number | string;

/** The cells of some rows. */
export type Cells = Partial<Record<RowId, Readonly<Record<ConsoleId, Cell>>>>;

export interface Results {
  readonly machine: Pick<Machine, 'cpu' | 'cores' | 'memoryGibibytes' | 'system'>;
  /** Version of the Node.js that ran all consoles. */
  readonly node: string;
  readonly versions: Readonly<Record<ConsoleId, string>>;
  readonly cells: Cells;
}

const FILE = fileURLToPath(new URL('results.json', import.meta.url));

export function readResults(): Results {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Results;
}

export function writeResults(results: Results): void {
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 2)}\n`);
}
