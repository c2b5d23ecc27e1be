import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { argumentsOf, refuse } from '../../.ci/script-arguments.js';
import { installLocked, nodeOf } from '../installed.js';
import { CELLS, isSupported, LINES, table, versionsOf, type Cell, type Line } from './cells.js';
import { withTable } from './versions-table.js';

const USAGE = `Runs the scenario tests and the type tests on each supported Node, with each line of the OpenTelemetry SDK.

  npm run test:matrix                               all cells
  npm run test:matrix -- --node 24 --otel 3.x       the cells of one Node, or of one line
  npm run test:matrix -- --write                    all cells; writes the table of docs/reference.md

Lines: ${LINES.map(({ name }) => name).join(', ')}`;

/*
 * With 3.x on one Node, it also runs the tests of `otel-span-cache/register`, which run many programs and expect the
 * spans of newer instrumentations. `npm run test:all` has them with 2.x.
 *
 * For each line, one folder holds the compiled package, which is the same for all of them, and the tests:
 *
 *   <line>/node_modules   the line's SDK
 *   <line>/.run/src       the compiled package
 *   <line>/.run/test      the tests, with the line's own sdk.ts and sdk-types.ts, each compiled once beside itself
 *   <line>/.run/dist      the package as programs load it that the tests start
 *
 * From `.run`, an import of `@opentelemetry/…` finds the line's packages first; mocha, chai and the like are found
 * further up.
 */

const ROOT = here('../..');
const PAGE = join(ROOT, 'docs/reference.md');
/** Shared files of the tests, in `test/`. */
const SHARED = [
  'caches.ts',
  'checked.ts',
  'compile.ts',
  'environment.ts',
  'hooks.ts',
  'code-point.ts',
  'hostile-values.ts',
  'property-runs.ts',
  'testing/capture/tracing-tools.ts',
  'model/otel-types.ts',
  'model/otel-members.ts',
  'model/otel.types.process.test.ts',
];
const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

/** The result of a cell. */
interface Result {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
  /** Text to print beside the numbers. */
  readonly details: string;
}

const { values: options } = argumentsOf(USAGE, {
  options: { node: { type: 'string' }, otel: { type: 'string' }, write: { type: 'boolean', default: false } },
});
const wanted = CELLS.filter(
  ({ node, line }) => String(node) === (options.node ?? String(node)) && line.name === (options.otel ?? line.name),
);
if (wanted.length === 0) refuse(USAGE, 'There is no such Node or line.');
if (options.write && wanted.length < CELLS.length) refuse(USAGE, '--write needs all cells.');

const NOTHING_RAN = { passes: 0, failures: 1, pending: 0 };

const cells = wanted.filter(isSupported);
for (const line of new Set(cells.map((cell) => cell.line))) {
  // The repository's own installation must stay as it is.
  if (line.folder !== ROOT) installLocked(line.folder);
  await layOut(line);
  console.log(
    `${line.name}: ${versionsOf(line)
      .map((version) => version.join(' '))
      .join(', ')}`,
  );
}
for (const { node, line } of wanted.filter((cell) => !isSupported(cell))) {
  console.log(`Node ${node} × ${line.name}: not supported by it, which needs Node ${line.oldestNode!.version}`);
}

const results = new Map<Cell, Result>();
// The longest first.
const queue = cells.toSorted((a, b) => Number(runsRegister(b)) - Number(runsRegister(a))).values();
// They hardly use more than one processor each.
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, runAll));
report();

/** Runs cells until there are none left; several of these share the queue. */
async function runAll(): Promise<void> {
  for (const cell of queue) {
    const { version, seconds, result } = await run(cell);
    results.set(cell, result);
    const { passes, failures, pending, details } = result;
    const skipped = pending === 0 ? '' : `, ${pending} skipped`;
    console.log(`Node ${version} × ${cell.line.name}: ${passes} passed, ${failures} failed${skipped} (${seconds} s)`);
    if (details !== '') console.log(details);
  }
}

function report(): void {
  const sum = (of: 'passes' | 'failures') => [...results.values()].reduce((total, result) => total + result[of], 0);
  const passed = [...results.values()].every(hasPassed);
  if (options.write && !passed)
    console.log('\ndocs/reference.md is left unchanged: its table lists only combinations that passed.');
  if (options.write && passed) {
    const text = readFileSync(PAGE, 'utf8');
    writeFileSync(
      PAGE,
      withTable(
        text,
        table((cell) => hasPassed(results.get(cell))),
      ),
    );
  }
  console.log(`\n  ${sum('passes')} passing`);
  if (sum('failures') > 0) console.log(`  ${sum('failures')} failing`);
  process.exitCode = passed ? 0 : 1;
}

function runsRegister({ line, node }: Cell): boolean {
  return line.name === '3.x' && node === 24;
}

function hasPassed(result: Result | undefined): boolean {
  return result !== undefined && result.failures === 0 && result.passes > 0;
}

async function layOut({ run: folder, twins }: Line): Promise<void> {
  const into = (path: string) => join(folder, path);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(into('test/model'), { recursive: true });
  cpSync(join(ROOT, 'dist/esm'), into('src'), { recursive: true });
  // All declarations are there; the declarations of the ES modules refer to them.
  cpSync(join(ROOT, 'dist/cjs'), into('src'), { recursive: true, filter: (path) => !/\.(?:c?js|json)$/.test(path) });
  cpSync(join(ROOT, 'dist'), into('dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), into('package.json'));
  cpSync(join(ROOT, 'docs'), into('docs'), { recursive: true });
  for (const tests of ['scenarios', 'register']) {
    cpSync(here(`../${tests}`), into(`test/${tests}`), { recursive: true });
  }
  for (const shared of SHARED) {
    cpSync(here(`../${shared}`), into(`test/${shared}`));
  }
  for (const twin of ['sdk.ts', 'sdk-types.ts']) cpSync(join(twins, twin), into(`test/${twin}`));
  // Named so only there: in its own place it is no test.
  cpSync(here('line.ts'), into('test/line.test.ts'));
  const entryPoints = [into('test/**/*.ts')];
  await build({ entryPoints, outdir: into('test'), outbase: into('test'), target: 'node20', logLevel: 'error' });
}

async function run(cell: Cell): Promise<{ version: string; seconds: number; result: Result }> {
  const { line, node } = cell;
  const executable = nodeOf(node);
  const version = (await output(executable, ['--version'])).stdout.trim().slice(1);
  const reported = join(line.run, `result-${node}.json`);
  const started = performance.now();
  const { stdout, stderr } = await output(
    executable,
    [
      MOCHA,
      '--no-config',
      '--require',
      './test/hooks.js',
      '--timeout',
      '60000',
      '--reporter',
      'json',
      '--reporter-option',
      `output=${reported}`,
      ...(line.foreign === undefined ? [] : ['--require', here('own-packages-only.mjs')]),
      ...(runsRegister(cell) ? [] : ['--ignore', 'test/register/**']),
      'test/**/*.test.js',
    ],
    {
      cwd: line.run,
      env: {
        ...process.env,
        SDK_VERSION: versionsOf(line)[0]![1],
        ...(line.foreign && { FOREIGN_PACKAGE: line.foreign }),
      },
    },
  );
  const seconds = Math.round((performance.now() - started) / 1_000);
  return { version, seconds, result: read(reported) ?? { ...NOTHING_RAN, details: stdout + stderr } };
}

/** The output of mocha's JSON reporter, or undefined if mocha failed before. */
function read(file: string): Result | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const { stats, failures } = JSON.parse(text) as {
    stats: { passes: number; failures: number; pending: number };
    failures: { fullTitle: string; err: { stack?: string; message?: string } }[];
  };
  const details = failures.map(({ fullTitle, err }) => `  ✗ ${fullTitle}\n${err.stack ?? err.message ?? ''}\n`);
  return { ...stats, details: details.join('\n') };
}

/** Runs a program to its end, with any exit code. */
function output(
  command: string,
  args: readonly string[],
  settings: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { ...settings, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) => {
      resolve({ stdout, stderr });
    });
  });
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
