import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const CONSOLE = fileURLToPath(new URL('../..', import.meta.url));

/** A tarball of the built package. */
export interface Packed {
  readonly tarball: string;
  readonly files: readonly string[];
  /** Size of the tarball in bytes. */
  readonly size: number;
}

/** Both packages, packed in a new folder. */
export interface PackedPair {
  readonly folder: string;
  readonly core: Packed;
  readonly console: Packed;
  remove(): void;
}

export async function packBoth(): Promise<PackedPair> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'otel-span-cache-console-')));
  return {
    folder,
    core: await pack(ROOT, folder),
    console: await pack(CONSOLE, folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function pack(from: string, folder: string): Promise<Packed> {
  if (!existsSync(join(from, 'dist'))) throw new Error('build the packages first: npm run build:all');
  // Without workspaces: with them, npm always packs from the root.
  const printed = await npm(
    from,
    'pack',
    '--no-workspaces',
    '--ignore-scripts',
    '--json',
    '--pack-destination',
    folder,
  );
  const [{ filename, files, size }] = JSON.parse(printed) as [
    { filename: string; files: { path: string }[]; size: number },
  ];
  return { tarball: join(folder, filename), files: files.map(({ path }) => path), size };
}

export async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('npm', args, { cwd, shell: process.platform === 'win32', maxBuffer: 1e8 });
  return stdout;
}
