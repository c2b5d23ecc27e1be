import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CaseResult } from '../measure/measure-case.js';
import type { Machine } from './machine.js';

/** All results on the page, stored separately so that one case can be measured again alone. */
export interface Results {
  readonly machine: Machine;
  /** By the major version of Node. */
  readonly nodes: Readonly<Record<string, NodeResults>>;
}

export interface NodeResults {
  readonly version: string;
  /** By the name of the case. */
  readonly cases: Readonly<Record<string, CaseResult>>;
}

const FILE = fileURLToPath(new URL('../results.json', import.meta.url));

export function readResults(): Results {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Results;
}

export function writeResults(results: Results): void {
  writeFileSync(FILE, `${JSON.stringify(results, fourDigits, 1)}\n`);
}

/** Returns the results with one case replaced. */
export function withCase(
  { nodes }: Pick<Results, 'nodes'>,
  machine: Machine,
  version: string,
  name: string,
  result: CaseResult,
): Results {
  const major = majorOf(version);
  const cases = { ...nodes[major]?.cases, [name]: result };
  return { machine, nodes: { ...nodes, [major]: { version, cases } } };
}

export function majorOf(version: string): string {
  return version.split('.')[0]!;
}

/** Rounds to four digits; the rest is noise. */
function fourDigits(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
