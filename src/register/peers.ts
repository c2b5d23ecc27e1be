/*
 * The packages that a user may or may not have installed. Required in both builds: only so are they loaded before
 * the next line of an application runs, and from where this package is.
 */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { argv, cwd } from 'node:process';
import { FOLDER } from './folder.cjs';

/** Where this package is; in a bundle, where the program is. */
const HERE = FOLDER ?? dirname(argv[1] ?? join(cwd(), 'main'));

/** Where peers are looked for: from here, as for any import, and in the user's project, should this be linked there. */
const FROM = [HERE, cwd()];

/**
 * Loads a module, an ES module too where Node can do that. Made here, as ES modules have no `require()`, and a bundler
 * replaces that of CommonJS.
 */
export const loadModule = createRequire(join(HERE, 'peers.js'));

export interface Peer {
  /** Its main file. */
  readonly path: string;
  readonly exports: unknown;
}

/** Loads a package; undefined if it is not installed. */
export function loadPeer(name: string): Peer | undefined {
  const path = find(name, FROM);
  return path === undefined ? undefined : { path, exports: loadModule(path) };
}

/** A module as another module would find it, if it does. */
export function findModule(name: string, from: Peer | string): string | undefined {
  return find(name, [dirname(typeof from === 'string' ? from : from.path)]);
}

function find(name: string, paths: string[]): string | undefined {
  try {
    return loadModule.resolve(name, { paths });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    throw error;
  }
}
