import type { ConsoleEntry } from '../processes/registry.js';
import type { Flag, Values } from './flags.js';
import type { Streams, Terminal } from './terminal.js';

/** The environment of a command, apart from its arguments. */
export interface Surroundings {
  readonly streams: Streams;
  readonly terminal: Terminal;
  /** Aborted when the command has to end: by a signal, or because nobody reads its output. */
  readonly signal: AbortSignal;
  readonly listRunning: () => Promise<ConsoleEntry[]>;
  readonly now: () => number;
}

/** One call of a command. */
export interface Call extends Surroundings {
  readonly command: string;
  readonly values: Values;
  /** Arguments other than flags. */
  readonly args: readonly string[];
}

export interface Command {
  readonly name: string;
  /** Arguments in the help, such as `[query]`. */
  readonly args: string;
  /** Minimum and maximum number of arguments. A query may consist of several. */
  readonly count: readonly [least: number, most: number];
  /** One line for the list of commands. */
  readonly summary: string;
  /** Further lines of its own help. */
  readonly details?: readonly string[];
  readonly flags: readonly Flag[];
  /** Whether the first argument that is not one of its flags, and all after it, belong to another program. */
  readonly passesOn?: boolean;
  /** @returns the exit code */
  run(call: Call): Promise<number>;
}
