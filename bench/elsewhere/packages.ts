import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packBoth } from '../../console/test/package/packed.js';
import { installLocked } from '../../test/installed.js';
import type { Console, ConsoleId } from './consoles/console.js';

/*
 * Where the consoles are installed, as a user would have them:
 *
 *   packages/<id>/node_modules                            the packages that the lock file names
 *   packages/ours/node_modules/otel-span-cache[-console]  both packages, packed and unpacked
 */

export function projectOf(id: ConsoleId): string {
  return fileURLToPath(new URL(`packages/${id}`, import.meta.url));
}

export function installedIn(id: ConsoleId): string {
  return join(projectOf(id), 'node_modules');
}

/** Installs all consoles. Ours is packed again each time. */
export async function installAll(consoles: readonly Console[]): Promise<void> {
  for (const { id } of consoles) installLocked(projectOf(id));
  const packed = await packBoth();
  for (const [name, { tarball }] of [
    ['otel-span-cache', packed.core],
    ['otel-span-cache-console', packed.console],
  ] as const) {
    const folder = join(installedIn('ours'), name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1']);
  }
  packed.remove();
}

/** Version of an installed package. */
export function versionOf({ id, name }: Pick<Console, 'id' | 'name'>): string {
  const manifest = readFileSync(join(installedIn(id), name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

export interface Installed {
  readonly packages: number;
  readonly bytes: number;
}

/** Packages and bytes of files in a `node_modules` folder. npm's own files, whose names begin with a dot, do not count. */
export function installedSize(folder: string): Installed {
  let [packages, bytes] = [0, 0];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (!entry.isFile() || path.startsWith('.')) continue;
    bytes += statSync(join(folder, path)).size;
    // The manifest of a package, not one of a folder inside it.
    if (/(?:^|\/node_modules\/)(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path)) packages++;
  }
  return { packages, bytes };
}
