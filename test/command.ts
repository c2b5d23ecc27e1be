import { createRequire } from 'node:module';
import { join } from 'node:path';

/** For this Node, with the variables that the line sets. */
export interface Command {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A command of the documentation as this process can run it, such as `NAME=value npx mocha --require ./hooks.mjs`:
 * `node` is this one, and `npx` does not contact a registry.
 *
 * @param from a folder: where programs for `npx` are looked for, and further up
 */
export function parseCommand(line: string, from: string): Command {
  const words = line.trim().split(/\s+/);
  const start = words.findIndex((word) => !/^\w+=/.test(word));
  const env = Object.fromEntries(words.slice(0, start).map((word) => word.split(/=(.*)/s, 2) as [string, string]));
  const [program, ...args] = words.slice(start);
  if (program === 'node') return { args, env };
  if (program === 'npx') return { args: [programOf(args[0]!, from), ...args.slice(1)], env };
  throw new Error(`neither node nor npx: ${line}`);
}

/** The program that `npx` runs. */
function programOf(name: string, from: string): string {
  const file = createRequire(join(from, 'package.json')).resolve(`${name}/package.json`);
  const { bin } = createRequire(file)(file) as { bin: string | Record<string, string> };
  return join(file, '..', typeof bin === 'string' ? bin : bin[name]!);
}
