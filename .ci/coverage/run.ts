import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gather, typesOnly } from './gather.js';

/*
 * How much of `src/` the tests run, programs that they start included. Fails below the bound.
 *
 *   npm run coverage                  runs all tests, then reports
 *   npm run coverage -- --report      reports on tests that ran with NODE_V8_COVERAGE=coverage/raw
 *
 * `coverage/index.html` shows each line.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RAW = join(ROOT, 'coverage/raw');
const GATHERED = join(ROOT, 'coverage/gathered');

/** Lines, in percent. */
const BOUND = 97;

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): boolean {
  return spawnSync(command, args, { cwd: ROOT, env, stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;
}

let passed = true;
if (!process.argv.includes('--report')) {
  rmSync(RAW, { recursive: true, force: true });
  passed = run('npm', ['run', 'test:all'], { ...process.env, NODE_V8_COVERAGE: RAW });
}

gather(RAW, GATHERED);
const OPTIONS =
  '--temp-directory coverage/gathered --reports-dir coverage --reporter text-summary --reporter json-summary --reporter html ' +
  '--all --src src --include src/** --exclude-after-remap ' +
  `--check-coverage --lines ${BOUND} --branches 0 --functions 0 --statements 0`;
const reported = run('npx', ['c8', 'report', ...OPTIONS.split(' '), ...typesOnly().flatMap((path) => ['--exclude', path])]);
printLowest();
if (!reported || !passed) process.exitCode = 1;

/** The files that are below the bound by themselves. */
function printLowest(): void {
  type Summary = Record<string, { readonly lines: { readonly pct: number } }>;
  const summary = JSON.parse(readFileSync(join(ROOT, 'coverage/coverage-summary.json'), 'utf8')) as Summary;
  const low = Object.entries(summary).filter(([path, { lines }]) => path !== 'total' && lines.pct < BOUND);
  for (const [path, { lines }] of low.toSorted(([, a], [, b]) => a.lines.pct - b.lines.pct)) {
    console.log(`${lines.pct.toFixed(1).padStart(5)} % of the lines of ${relative(ROOT, path)}`);
  }
}
