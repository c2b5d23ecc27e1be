import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchCase, Curves, Measured } from '../case.js';
import { figureOf, type Figure } from '../report/figure.js';
import { medianOf } from './statistics.js';

/** The compiled program, see `tsconfig.json`. */
const CASE_PROCESS = fileURLToPath(new URL('../.run/bench/measure/case-process.js', import.meta.url));

/** Additional time after which a process counts as hung, even on a busy machine. */
const PATIENCE_MILLIS = 300_000;

export interface Effort {
  /** Approximate time that each process measures, for a case with the default `timeShare`. */
  readonly millis: number;
  /** Maximum number of processes. */
  readonly processes: number;
}

export const FULL: Effort = { millis: 2_000, processes: 3 };
export const SHORT: Effort = { millis: 500, processes: 1 };

export interface CaseResult {
  /** By row id. */
  readonly figures: Readonly<Record<string, Figure>>;
  readonly curves?: Curves;
}

/** Measures a case in separate processes, with the Node.js executable at the given path. */
export async function measureCase(benchCase: BenchCase, node: string, effort: Effort): Promise<CaseResult> {
  const measured: Measured[] = [];
  for (let i = 0; i < Math.min(benchCase.processes, effort.processes); i++) {
    measured.push(await measureInProcess(benchCase, node, effort.millis * (benchCase.timeShare ?? 1)));
  }
  const figures = benchCase.rows.map(({ id }) => [id, figureOf(measured.map(({ samples }) => samples[id]!))]);
  const curves = curvesOf(measured);
  return { figures: Object.fromEntries(figures) as CaseResult['figures'], ...(curves && { curves }) };
}

function measureInProcess({ name, v8Flags = [] }: BenchCase, node: string, millis: number): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(CASE_PROCESS, [name, String(millis)], {
      execPath: node,
      execArgv: ['--expose-gc', ...v8Flags],
      // With JSON serialization, NaN would arrive as null and count as 0.
      serialization: 'advanced',
      timeout: millis + PATIENCE_MILLIS,
    });
    child.once('message', (message) => resolve(message as Measured));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${name} ended without a result: ${code ?? signal}`)));
  });
}

/** Merges curves: each point is the median of all processes. */
function curvesOf(measured: readonly Measured[]): Curves | undefined {
  const [first, ...others] = measured.flatMap(({ curves }) => curves ?? []);
  if (first === undefined) return undefined;
  const lines = Object.entries(first.lines).map(([name, values]) => [
    name,
    values.map((value, at) => medianOf([value, ...others.map((other) => other.lines[name]![at]!)])),
  ]);
  return { x: first.x, lines: Object.fromEntries(lines) as Curves['lines'] };
}
