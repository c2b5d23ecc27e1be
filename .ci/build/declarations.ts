import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { declarationsOfEntries } from '../entries.js';

/** A quoted relative path. In an example of a docstring it names no file here, and counts for nothing. */
export const RELATIVE_IMPORT = /(['"])(\.\.?\/[^'"\n]+)\1/g;

/**
 * Lays out the declarations for both formats: all that a public entry leads to beside the CommonJS modules, and beside
 * the ES modules only the entries, which import the rest from there. The types are the same, so one copy does; it also
 * makes a class of one format assignable to that of the other.
 *
 * @param esm where the build has its declarations
 */
export function shareDeclarations(esm: string, cjs: string): void {
  const entries = new Set(declarationsOfEntries());
  for (const path of keepReachable(esm)) {
    cpSync(join(esm, path), join(cjs, path));
    if (entries.has(path)) writeFileSync(join(esm, path), importingFrom(cjs, path, esm));
    else rmSync(join(esm, path));
  }
}

/** The declarations of an entry, with what it imports taken from another folder. */
function importingFrom(folder: string, path: string, from: string): string {
  const way = posix.join(posix.relative(posix.dirname(path), '.'), relative(from, folder).replaceAll('\\', '/'));
  return readFileSync(join(from, path), 'utf8').replaceAll(RELATIVE_IMPORT, (_, quote: string, specifier: string) => {
    return `${quote}${posix.join(way, posix.dirname(path), specifier)}${quote}`;
  });
}

/**
 * Deletes the declaration files that no public entry leads to. Returns the paths of the others.
 *
 * @param folder where the build has its declarations; the paths are from there
 */
function keepReachable(folder: string): string[] {
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
