import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from '../../test/installed.js';
import { explained, unexplained } from './survivors.js';

/*
 * Changes the core in small ways, one at a time, to see whether the tests notice.
 *
 *   npm run test:mutation              all folders of the core
 *   npm run test:mutation -- queue     one of them
 *
 * Each folder has to reach the score of `thresholds.break` by itself, and each change that is not noticed has to be
 * explained in CONTRIBUTING.md. What was seen before, and has not changed since, is not run again:
 * `.ci/mutation/.run` has the reports.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const FOLDERS = ['queue', 'reconcile', 'driver', 'intake', 'fanout'];

/** Returns what is wrong with a folder. */
function mutate(folder: string): string[] {
  const stryker = join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const report = `.ci/mutation/.run/${folder}.json`;
  const args = ['.ci/mutation/stryker.config.mjs', '--mutate', `src/cache/${folder}/**/*.ts`, '--incrementalFile', report];
  const { status } = spawnSync(process.execPath, [stryker, 'run', ...args], { cwd: ROOT, stdio: 'inherit' });
  const failed = status === 0 ? [] : [`src/cache/${folder}: Stryker failed, see above`];
  return [...failed, ...unexplained(join(ROOT, report), explained()).map((mutant) => `not explained: ${mutant}`)];
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((folder) => !FOLDERS.includes(folder));
if (unknown.length > 0) throw new RangeError(`folders must be of ${FOLDERS.join(', ')}, got ${unknown.join(', ')}`);

installLocked(HERE);
const wrong = (wanted.length > 0 ? wanted : FOLDERS).flatMap(mutate);
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exitCode = 1;
