import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The package as a user gets it: packed, and installed in a project somewhere else. */
export interface InstalledPackage {
  readonly tarball: string;
  /** The paths in the tarball. */
  readonly files: readonly string[];
  /** The user's project, with the files of `test/package/consumer`. */
  readonly project: string;
  /** Where it is installed. */
  readonly path: string;
  remove(): void;
}

/** npm's report about the tarball. */
export interface PackedFiles {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
  /** Size of the tarball in bytes. */
  readonly size: number;
  /** Size of its contents in bytes. */
  readonly unpackedSize: number;
}

/** Returns the files that npm would pack, with the current build in `dist/`. */
export function packageFiles(): Promise<PackedFiles> {
  return pack('--dry-run');
}

/**
 * Packs the current build in `dist/` and installs the tarball. Needs no registry: the package has no dependencies, and
 * the project borrows the repository's OpenTelemetry packages and chai.
 */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'otel-span-cache-')));
  const { filename, files } = await pack('--pack-destination', folder);
  const tarball = join(folder, filename);

  const project = join(folder, 'project');
  cpSync(join(ROOT, 'test/package/consumer'), project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  await npm(project, 'install', '--offline', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', tarball);
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  for (const name of ['@opentelemetry', 'chai']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name), 'junction');
  }

  return {
    tarball,
    files: files.map(({ path }) => path),
    project,
    path: join(project, 'node_modules/otel-span-cache'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs Node; returns what it prints. */
export async function node(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, args, { cwd });
  return stdout;
}

async function pack(...args: string[]): Promise<PackedFiles> {
  if (!existsSync(join(ROOT, 'dist'))) throw new Error('build the package first: npm run build');
  const [packed] = JSON.parse(await npm(ROOT, 'pack', '--ignore-scripts', '--json', ...args)) as [PackedFiles];
  return packed;
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('npm', args, { cwd, shell: process.platform === 'win32' });
  return stdout;
}
