import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { argumentsOf, refuse } from '../../.ci/script-arguments.js';
import { nodeOf } from '../../test/installed.js';
import { thisMachine } from '../report/machine.js';
import { CONSOLES } from './consoles/index.js';
import { measureInstall } from './measure/install.js';
import { eachConsole, type Measure } from './measure/measure.js';
import { measureRate } from './measure/rate.js';
import { measureSecurity } from './measure/security.js';
import { measureSpans } from './measure/spans.js';
import { measureStart } from './measure/start.js';
import { installAll, versionOf } from './packages.js';
import { tablesText, writePage } from './page.js';
import { readResults, writeResults, type Cells } from './results.js';
import { GROUPS, type Group } from './rows.js';

const USAGE = `Compares the console with others, which are installed by their lock files. Needs Linux, whose /proc it reads.

  npm run bench:elsewhere                        all groups of rows, half an hour
  npm run bench:elsewhere -- install security    the given groups: ${Object.keys(GROUPS).join(', ')}
  npm run bench:elsewhere -- --rounds 1          fewer processes, less precisely; the default is 3
  npm run bench:elsewhere -- --write             writes the results and console/docs/comparison.md`;

const MEASURES: Readonly<Record<Group, Measure>> = {
  install: measureInstall,
  start: measureStart,
  spans: measureSpans,
  rate: measureRate,
  security: measureSecurity,
};

const { values, positionals } = argumentsOf(USAGE, {
  options: { rounds: { type: 'string', default: '3' }, write: { type: 'boolean' } },
  allowPositionals: true,
});
const groups = positionals.length === 0 ? (Object.keys(GROUPS) as Group[]) : positionals.map(groupNamed);
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  refuse(USAGE, `--rounds must be a positive integer, got ${values.rounds}.`);

/** The newest Node of the tests. The oldest one cannot run all consoles. */
const NODE = nodeOf(26);
await installAll(CONSOLES);
for (const group of groups) {
  const began = performance.now();
  const cells = await MEASURES[group]({ consoles: CONSOLES, node: NODE, rounds });
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  console.log(`${GROUPS[group]}, ${seconds} s\n${tablesText(CONSOLES, cells)}\n`);
  if (values.write) await write(cells);
}

/** After each group, so that no result is lost if a later one fails. */
async function write(cells: Cells): Promise<void> {
  const { cpu, cores, memoryGibibytes, system } = thisMachine();
  const node = execFileSync(NODE, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  const isFirst = !existsSync(fileURLToPath(new URL('results.json', import.meta.url)));
  writeResults({
    machine: { cpu, cores, memoryGibibytes, system },
    node,
    versions: await eachConsole(CONSOLES, versionOf),
    cells: { ...(isFirst ? {} : readResults().cells), ...cells },
  });
  writePage(CONSOLES, readResults());
}

function groupNamed(name: string): Group {
  if (Object.hasOwn(GROUPS, name)) return name as Group;
  return refuse(USAGE, `There is no group "${name}".`);
}
