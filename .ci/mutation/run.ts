import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from '../../test/installed.js';
import { argumentsOf, refuse } from '../script-arguments.js';
import { FOLDERS } from './folders.mjs';
import { explained, unexplained } from './survivors.js';

/*
 * Each folder must reach the score of `thresholds.break`, and each surviving mutant must be explained in survivors.md.
 * Runs are incremental: results for unchanged code are taken from the reports in `.ci/mutation/.run`.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const ALL = Object.keys(FOLDERS);

const USAGE = `Runs mutation tests with Stryker: makes one small change to the code at a time, and checks that a test fails.

  npm run test:mutation                    all folders: ${ALL.join(', ')}
  npm run test:mutation -- cache/queue     one of them`;

/** Tests a folder. Returns the problems found. */
function mutate(folder: string): string[] {
  const stryker = join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  // Runs each property test in full, but with few tampered messages, which are slow.
  const env = { ...process.env, MUTATED_FOLDER: folder, FC_RUNS: '1', FUZZ_RUNS: '200' };
  const { status } = spawnSync(process.execPath, [stryker, 'run', '.ci/mutation/stryker.config.mjs'], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  const failed = status === 0 ? [] : [`src/${folder}: Stryker failed, see above`];
  const report = join(HERE, `.run/${folder.replaceAll('/', '-')}.json`);
  return [...failed, ...unexplained(report, explained()).map((mutant) => `not explained in survivors.md: ${mutant}`)];
}

const { positionals: wanted } = argumentsOf(USAGE, { allowPositionals: true });
const unknown = wanted.find((folder) => !ALL.includes(folder));
if (unknown !== undefined) refuse(USAGE, `There is no folder "${unknown}".`);

installLocked(HERE);
const wrong = (wanted.length > 0 ? wanted : ALL).flatMap(mutate);
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exitCode = 1;
