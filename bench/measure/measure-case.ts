import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchCase, Curves, Measured } from '../case.js';
import { figureOf, type Figure } from '../report/figure.js';
import { medianOf } from './statistics.js';

/** Compiled: see `tsconfig.json`. */
const CASE_PROCESS = fileURLToPath(new URL('../.run/bench/measure/case-process.js', import.meta.url));

/** A process that takes that much longer than it should has hung, even where the machine has much else to do. */
const PATIENCE_MILLIS = 300_000;

export interface Effort {
  /** How long each process measures, about, for a case that does not ask for more. */
  readonly millis: number;
  /** In how many processes at most. */
  readonly processes: number;
}

export const FULL: Effort = { millis: 2_000, processes: 3 };
export const SHORT: Effort = { millis: 500, processes: 1 };

export interface CaseResult {
  /** By the id of the row. */
  readonly figures: Readonly<Record<string, Figure>>;
  readonly curves?: Curves;
}

/** Measures a case with the Node at that path, in processes of its own. */
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
      // As JSON, what is no number would arrive as null, and count as nothing.
      serialization: 'advanced',
      timeout: millis + PATIENCE_MILLIS,
    });
    child.once('message', (message) => resolve(message as Measured));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${name} ended without a result: ${code ?? signal}`)));
  });
}

/** Each point is the median of the processes. */
function curvesOf(measured: readonly Measured[]): Curves | undefined {
  const [first, ...others] = measured.flatMap(({ curves }) => curves ?? []);
  if (first === undefined) return undefined;
  const lines = Object.entries(first.lines).map(([name, values]) => [
    name,
    values.map((value, at) => medianOf([value, ...others.map((other) => other.lines[name]![at]!)])),
  ]);
  return { x: first.x, lines: Object.fromEntries(lines) as Curves['lines'] };
}
