import type { Console, ConsoleId } from '../consoles/console.js';
import type { Cells } from '../results.js';

export interface Setting {
  readonly consoles: readonly Console[];
  /** Path of the Node that runs them. */
  readonly node: string;
  /** Processes of each console, in turn with the others. */
  readonly rounds: number;
}

/** A console shows spans some time after they came. This one waits up to 2 s for the logs of a process without cache. */
export const SHOWN_MILLIS = 5_000;

/** Measures the rows of a group. */
export type Measure = (setting: Setting) => Promise<Cells>;

/** Calls a function for one console after the other. */
export async function eachConsole<T>(
  consoles: readonly Console[],
  call: (console: Console) => T | Promise<T>,
): Promise<Record<ConsoleId, T>> {
  const values: Partial<Record<ConsoleId, T>> = {};
  for (const console of consoles) values[console.id] = await call(console);
  return values as Record<ConsoleId, T>;
}

/** Calls a function for all consoles in turn, round by round, each time another one first. */
export async function inTurn<T>(
  { consoles, rounds }: Setting,
  call: (console: Console) => Promise<T>,
): Promise<Record<ConsoleId, T[]>> {
  const values = await eachConsole(consoles, (): T[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < consoles.length; i++) {
      const console = consoles[(round + i) % consoles.length]!;
      values[console.id].push(await call(console));
    }
  }
  return values;
}
