import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchCase, Curves } from '../case.js';
import { plotSvg } from './plot.js';
import type { Results } from './results.js';
import { absoluteTable, byHandTable, ratioTable } from './tables.js';

/* Generates the parts of docs/performance.md between its markers from the results. The rest is edited manually. */

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
const PAGE = join(DOCS, 'performance.md');

/** Writes the plots and the generated parts of the page. */
export function writePage(cases: readonly BenchCase[], results: Results): void {
  for (const [file, svg] of Object.entries(plotsOf(cases, results))) {
    mkdirSync(dirname(join(DOCS, file)), { recursive: true });
    writeFileSync(join(DOCS, file), svg);
  }
  writeFileSync(PAGE, withParts(readFileSync(PAGE, 'utf8'), partsOf(cases, results)));
}

/** The plots as SVG, keyed by path relative to the page. */
export function plotsOf(cases: readonly BenchCase[], results: Results): Record<string, string> {
  const plots: Record<string, string> = {};
  for (const { name, plot } of cases) {
    const panels = plot && panelsOf(name, results);
    if (panels && Object.keys(panels).length > 0) plots[plotFile(name)] = plotSvg(plot, panels);
  }
  return plots;
}

/** The generated parts of the page, keyed by the name in their marker. */
export function partsOf(cases: readonly BenchCase[], results: Results): Record<string, string> {
  const images = cases.filter(({ plot }) => plot).map(({ name, plot }) => `![${plot!.title}](${plotFile(name)})`);
  return {
    machine: machineText(results),
    ratios: ratioTable(cases, results),
    'hand-written': byHandTable(cases, results),
    absolute: absoluteTable(cases, results),
    plots: images.join('\n\n'),
  };
}

/**
 * Replaces the text between the markers of each part.
 *
 * @throws Error if a marker is missing
 */
export function withParts(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [start, end] = [`<!-- generated: ${name} -->\n`, `\n<!-- end of ${name} -->`];
    const from = text.indexOf(start);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`the page has no markers for "${name}"`);
    return `${text.slice(0, from)}${start}\n${part}\n${text.slice(to)}`;
  }, page);
}

function plotFile(name: string): string {
  return `performance/${name}.svg`;
}

function panelsOf(name: string, { nodes }: Results): Record<string, Curves> {
  const panels: Record<string, Curves> = {};
  for (const { version, cases } of Object.values(nodes)) {
    const curves = cases[name]?.curves;
    if (curves) panels[`Node ${version}`] = curves;
  }
  return panels;
}

function machineText({ machine: { cpu, cores, memoryGibibytes, system, sdk }, nodes }: Results): string {
  const versions = Object.values(nodes).map(({ version }) => version);
  const packages = Object.entries(sdk).map(([name, version]) => `\`${name}\` ${version}`);
  return [
    `- ${cpu}, ${cores} cores, ${memoryGibibytes} GiB of memory, ${system}`,
    `- Node.js ${versions.join(', ')}`,
    `- OpenTelemetry JS: ${packages.join(', ')}`,
  ].join('\n');
}
