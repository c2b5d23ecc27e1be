import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gather, typesOnly } from './gather.js';
import { chosenPackage, ROOT } from './packages.js';

/*
 * Measures how much of the sources of a package its tests cover, including programs that they start. Fails below the
 * bound.
 *
 *   npm run coverage                        runs the tests of the cache, then reports
 *   npm run coverage -- --report            reports on earlier tests, run with NODE_V8_COVERAGE=coverage/raw
 *   npm run coverage -- console [--report]  the same of the console, in coverage/console
 *
 * `index.html` in the folder shows each line.
 */

const args = process.argv.slice(2);
const measured = chosenPackage(args);
const { home, reports, bound } = measured;
const RAW = join(ROOT, reports, 'raw');
const GATHERED = join(ROOT, reports, 'gathered');

function run(command: string, options: readonly string[], env: NodeJS.ProcessEnv = process.env): boolean {
  const shell = process.platform === 'win32';
  return spawnSync(command, options, { cwd: ROOT, env, stdio: 'inherit', shell }).status === 0;
}

let passed = true;
if (!args.includes('--report')) {
  rmSync(RAW, { recursive: true, force: true });
  passed = run('npm', ['run', measured.tests], { ...process.env, NODE_V8_COVERAGE: RAW });
}

gather(measured, RAW, GATHERED);
const OPTIONS =
  `--temp-directory ${reports}/gathered --reports-dir ${reports} --reporter text-summary --reporter json-summary --reporter html ` +
  `--all --src ${home}src --include ${home}src/** --exclude-after-remap ` +
  `--check-coverage --lines ${bound} --branches 0 --functions 0 --statements 0`;
const reported = run('npx', [
  'c8',
  'report',
  ...OPTIONS.split(' '),
  ...typesOnly(measured).flatMap((path) => ['--exclude', path]),
]);
printLowest();
if (!reported || !passed) process.exitCode = 1;

/** Prints the files with a coverage below the bound. */
function printLowest(): void {
  type Summary = Record<string, { readonly lines: { readonly pct: number } }>;
  const summary = JSON.parse(readFileSync(join(ROOT, reports, 'coverage-summary.json'), 'utf8')) as Summary;
  const low = Object.entries(summary).filter(([path, { lines }]) => path !== 'total' && lines.pct < bound);
  for (const [path, { lines }] of low.toSorted(([, a], [, b]) => a.lines.pct - b.lines.pct)) {
    console.log(`${lines.pct.toFixed(1).padStart(5)} % of the lines of ${relative(ROOT, path)}`);
  }
}
