/*
 * Loads packages that need not be installed. Both builds use `require()`, because it is synchronous (the packages are
 * loaded before the application runs) and resolves relative to this package.
 */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { argv, cwd } from 'node:process';
import { isMainThread, parentPort } from 'node:worker_threads';
import { FOLDER } from './folder.cjs';

/** The folder of this package or, in a bundle, of the program. */
const HERE = FOLDER ?? dirname(argv[1] ?? join(cwd(), 'main'));

/** Folders to resolve peers from: this package and, in case it is linked with `npm link`, the user's project. */
const FROM = [HERE, cwd()];

/**
 * Loads a module, including ES modules where Node.js supports it. Created here, because ES modules have no `require()`,
 * and a bundler replaces CommonJS's.
 */
export const loadModule = createRequire(join(HERE, 'peers.js'));

export interface Peer {
  /** The package's main file. */
  readonly path: string;
  readonly exports: unknown;
}

/** The main file of an installed package, without loading it; undefined if it is not installed. */
export function findInstalled(name: string): string | undefined {
  return find(name, FROM);
}

/** Loads a package; undefined if it is not installed. */
export function loadPeer(name: string): Peer | undefined {
  const path = findInstalled(name);
  return path === undefined ? undefined : { path, exports: loadModule(path) };
}

/** The main file of a package, resolved from these folders, else from here; undefined if it is not installed. */
export function findPackage(name: string, folders: readonly string[]): string | undefined {
  return find(name, [...folders, HERE]);
}

/** Resolves a module as `from` would resolve it; undefined if it is not found. */
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

/** Whether this is the thread of `module.register()`, which also loads `--require` modules, but not the program. */
export function isNodesOwnThread(): boolean {
  return !isMainThread && parentPort === null;
}
