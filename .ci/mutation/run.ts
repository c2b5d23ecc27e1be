import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from '../../test/installed.js';
import { FOLDERS } from './folders.mjs';
import { explained, unexplained } from './survivors.js';

/*
 * Changes the code in small ways, one at a time, to see whether the tests notice.
 *
 *   npm run test:mutation                    all folders of folders.mjs
 *   npm run test:mutation -- cache/queue     one of them
 *
 * Each folder has to reach the score of `thresholds.break` by itself, and each change that is not noticed has to be
 * explained in survivors.md. What was seen before, and has not changed since, is not run again:
 * `.ci/mutation/.run` has the reports.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const ALL = Object.keys(FOLDERS);

/** Returns what is wrong with a folder. */
function mutate(folder: string): string[] {
  const stryker = join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  // All runs of each property, and as many tampered messages as take no seconds.
  const env = { ...process.env, MUTATED_FOLDER: folder, FC_RUNS: '1', FUZZ_RUNS: '200' };
  const { status } = spawnSync(process.execPath, [stryker, 'run', '.ci/mutation/stryker.config.mjs'], { cwd: ROOT, env, stdio: 'inherit' });
  const failed = status === 0 ? [] : [`src/${folder}: Stryker failed, see above`];
  const report = join(HERE, `.run/${folder.replaceAll('/', '-')}.json`);
  return [...failed, ...unexplained(report, explained()).map((mutant) => `not explained: ${mutant}`)];
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((folder) => !ALL.includes(folder));
if (unknown.length > 0) throw new RangeError(`folders must be of ${ALL.join(', ')}, got ${unknown.join(', ')}`);

installLocked(HERE);
const wrong = (wanted.length > 0 ? wanted : ALL).flatMap(mutate);
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exitCode = 1;
