import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { declarationsOfEntries } from '../entries.js';

/** A quoted relative path. Paths in docstring examples match as well, but name no existing file and are ignored. */
export const RELATIVE_IMPORT = /(['"])(\.\.?\/[^'"\n]+)\1/g;

/**
 * Arranges the declarations for both formats. The CommonJS folder gets all declarations reachable from public entries;
 * the ES module folder gets only the entries, which import the rest from the CommonJS folder. With one copy of each
 * type, a class of one format is assignable to the same class of the other.
 *
 * @param esm folder in which the build has written all declarations
 */
export function shareDeclarations(esm: string, cjs: string): void {
  const entries = new Set(declarationsOfEntries());
  for (const path of keepReachable(esm)) {
    cpSync(join(esm, path), join(cjs, path));
    if (entries.has(path)) writeFileSync(join(esm, path), importingFrom(cjs, path, esm));
    else rmSync(join(esm, path));
  }
}

/** The declarations of an entry, with its imports redirected to another folder. */
function importingFrom(folder: string, path: string, from: string): string {
  const way = posix.join(posix.relative(posix.dirname(path), '.'), relative(from, folder).replaceAll('\\', '/'));
  return readFileSync(join(from, path), 'utf8').replaceAll(RELATIVE_IMPORT, (_, quote: string, specifier: string) => {
    return `${quote}${posix.join(way, posix.dirname(path), specifier)}${quote}`;
  });
}

/**
 * Deletes the declaration files that are not reachable from a public entry. Returns the paths of the others.
 *
 * @param folder with the declarations; the returned paths are relative to it
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
