import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * A command of the documentation as this process can run it: `npx` without asking a registry, `node` as this one.
 *
 * @param {string} line such as `NAME=value npx mocha --require ./hooks.mjs`
 * @param {string} from a file or folder: where programs for `npx` are looked for, and further up
 * @returns {{ args: string[], env: Record<string, string> }} for this Node, with the variables that the line sets
 */
export function parseCommand(line, from) {
  const words = line.trim().split(/\s+/);
  const env = {};
  while (/^\w+=/.test(words[0] ?? '')) {
    const [name, value] = words.shift().split(/=(.*)/s);
    env[name] = value;
  }
  const [program, name, ...rest] = words;
  if (program === 'node') return { args: words.slice(1), env };
  if (program === 'npx') return { args: [programOf(name, from), ...rest], env };
  throw new Error(`neither npx nor node: ${line}`);
}

/** What `npx` runs. */
function programOf(name, from) {
  const file = createRequire(join(from, 'package.json')).resolve(`${name}/package.json`);
  const { bin } = createRequire(file)(file);
  return join(file, '..', typeof bin === 'string' ? bin : bin[name]);
}
