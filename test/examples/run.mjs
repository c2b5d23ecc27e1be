import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCommand } from '../command.ts';
import { installRunner, INSTALLED_RUNNERS, layOut } from '../testing/runners/projects.ts';

/*
 * Runs the commands that the README of examples/testing names; with arguments, only the commands of the runners that
 * they name. Vitest and jest run copies, in a folder where they are installed.
 */

const folder = fileURLToPath(new URL('../../examples/testing', import.meta.url));
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const row = /^\| (?<runner>[^|]+) \| \[.*\| `(?<command>[^`]+)` \|$/gm;
const rows = [...readme.matchAll(row)].map(({ groups }) => groups);
const wanted = process.argv.slice(2);
const chosen = rows.filter(({ runner }) => wanted.length === 0 || wanted.some((word) => runner.includes(word)));
if (chosen.length === 0) {
  console.error(`No such runner. There are: ${rows.map(({ runner }) => runner).join('; ')}.`);
  process.exit(1);
}

/** Where a runner finds itself, and the examples. */
function projectOf(runner) {
  if (!INSTALLED_RUNNERS.includes(runner)) return folder;
  installRunner(runner);
  return join(layOut(runner, 'examples', ['examples']), 'testing');
}

const settings = {
  ...process.env,
  // A missing snapshot must fail, because nothing would be compared.
  CI: '1',
  // A busy machine is no slow payments provider.
  PAYMENTS_TIMEOUT_MILLIS: '10000',
};

const failed = [];
for (const { runner, command } of chosen) {
  console.log(`\n${runner}: ${command}`);
  const cwd = projectOf(runner);
  const { args, env } = parseCommand(command, cwd);
  const { status } = spawnSync(process.execPath, args, { cwd, env: { ...settings, ...env }, stdio: 'inherit' });
  if (status !== 0) failed.push(runner);
}
for (const runner of failed) console.log(`FAILED: ${runner}`);
process.exitCode = failed.length === 0 ? 0 : 1;
