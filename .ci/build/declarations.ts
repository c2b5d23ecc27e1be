import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, posix } from 'node:path';
import { declarationsOfEntries } from '../entries.js';

/** A quoted relative path. In an example of a docstring it names no file here, and counts for nothing. */
const RELATIVE_IMPORT = /(['"])(\.\.?\/[^'"\n]+)\1/g;

/**
 * Deletes the declaration files that no public entry leads to. Returns the paths of the others.
 *
 * @param folder where the build has its declarations; the paths are from there
 */
export function keepReachable(folder: string): string[] {
  const all = declarationsIn(folder);
  const reachable = new Set<string>();
  const toVisit = declarationsOfEntries();
  for (let path = toVisit.pop(); path !== undefined; path = toVisit.pop()) {
    if (reachable.has(path) || !all.includes(path)) continue;
    reachable.add(path);
    for (const [, , specifier] of readFileSync(join(folder, path), 'utf8').matchAll(RELATIVE_IMPORT)) {
      toVisit.push(posix.join(posix.dirname(path), specifier!).replace(/\.(c?)js$/, '.d.$1ts'));
    }
  }
  for (const path of all) if (!reachable.has(path)) rmSync(join(folder, path));
  return [...reachable];
}

function declarationsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.d\.c?ts$/.test(path));
}
