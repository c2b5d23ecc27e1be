import { execFileSync } from 'node:child_process';
import { argumentsOf, refuse } from '../.ci/script-arguments.js';
import { nodeOf } from '../test/installed.js';
import { baselineOf, readBaseline, ratiosFor, writeBaseline } from './check/baseline.js';
import { check } from './check/check.js';
import type { BenchCase } from './case.js';
import { CASES, CORE_CASES } from './cases/index.js';
import { FULL, measureCase, SHORT, type CaseResult } from './measure/measure-case.js';
import { thisMachine } from './report/machine.js';
import { writePage } from './report/page.js';
import { majorOf, readResults, withCase, writeResults } from './report/results.js';
import { caseText } from './report/terminal.js';

const USAGE = `Runs the benchmarks. Each figure is a ratio to a rival, measured in turn with it in a separate process.

  npm run bench                        all benchmarks, with this Node.js
  npm run bench -- onend-sync http     the given benchmarks
  npm run bench -- --short             all benchmarks in a fifth of the time, less precisely
  npm run bench -- --all-nodes         with Node.js 20, 22 and 24; writes docs/performance.md
  npm run bench -- --check             compares a short form with bench/baseline.json
  npm run bench -- --baseline          writes the ratios of docs/performance.md to bench/baseline.json

Benchmarks: ${CASES.map(({ name }) => name).join(', ')}`;

const MAJORS = [20, 22, 24] as const;

const { values: mode, positionals: names } = argumentsOf(USAGE, {
  options: {
    'all-nodes': { type: 'boolean' },
    short: { type: 'boolean' },
    check: { type: 'boolean' },
    baseline: { type: 'boolean' },
  },
  allowPositionals: true,
});
const effort = mode.short ? SHORT : FULL;
const cases = names.length === 0 ? CORE_CASES : names.map(caseNamed);

if (mode.check) await holdAgainstBaseline();
else if (mode.baseline) writeBaseline(baselineOf(CASES, readResults()));
else if (mode['all-nodes']) await renewPage();
else for (const benchCase of cases) await attempt(() => measureAndPrint(benchCase, process.execPath));

async function holdAgainstBaseline(): Promise<void> {
  const before = ratiosFor(majorOf(process.versions.node), readBaseline());
  const guarded = cases.filter((each) => each.guarded);
  const failed = await check(guarded, before, (benchCase, patience) =>
    measureCase(benchCase, process.execPath, patience),
  );
  for (const id of failed)
    console.log(`FAILED: ${id} is worse than the baseline, or not a number; see CONTRIBUTING.md`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/** Measures all cases and writes the page after each one, so that no result is lost if a later case fails. */
async function renewPage(): Promise<void> {
  const machine = thisMachine();
  for (const node of MAJORS.map(nodeOf)) {
    const version = versionOf(node);
    for (const benchCase of cases) {
      await attempt(async () => {
        const result = await measureAndPrint(benchCase, node);
        writeResults(withCase(readResults(), machine, version, benchCase.name, result));
        writePage(CORE_CASES, readResults());
      });
    }
  }
}

/** Prints an error and continues with the next case. */
async function attempt(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
}

async function measureAndPrint(benchCase: BenchCase, node: string): Promise<CaseResult> {
  const start = performance.now();
  console.log(`${benchCase.name}, Node ${versionOf(node)}`);
  const result = await measureCase(benchCase, node, effort);
  console.log(`${caseText(benchCase, result)}\n  ${((performance.now() - start) / 1_000).toFixed(0)} s\n`);
  return result;
}

function caseNamed(name: string): BenchCase {
  const found = CASES.find((each) => each.name === name);
  if (found) return found;
  return refuse(USAGE, `There is no benchmark "${name}".`);
}

function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
}
