import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { CONSOLES } from '../../../bench/elsewhere/consoles/index.js';
import { projectOf } from '../../../bench/elsewhere/packages.js';
import { partsOf, readPage } from '../../../bench/elsewhere/page.js';
import { readResults } from '../../../bench/elsewhere/results.js';
import { GROUPS, ROWS } from '../../../bench/elsewhere/rows.js';
import { withParts } from '../../../bench/report/page.js';
import { ROOT } from '../../doc-page.js';

interface Manifest {
  readonly version?: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly packages: Readonly<Record<string, { readonly version: string; readonly resolved?: string }>>;
}

function read(...path: string[]): Manifest {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as Manifest;
}

describe('console/docs/comparison.md', () => {
  const page = readPage();
  const results = readResults();

  it('has a row with an outcome of each console, and how it was measured, for everything that is compared', () => {
    for (const { what, how } of ROWS) {
      const row = page.split('\n').find((line) => line.startsWith(`| ${what} |`));
      expect(row?.split('|').slice(2, -1), what).to.have.length(CONSOLES.length);
      expect(row, what).to.match(/^(?:\| [^|]*\S ){4}\|$/);
      expect(page, what).to.include(`- **${what}**: ${how}`);
    }
  });

  it('has no other rows', () => {
    const rows = page.split('\n').filter((line) => /^\| [A-Z]/.test(line));

    expect(rows).to.have.length(ROWS.length);
    expect(new Set(ROWS.map(({ group }) => group))).to.have.all.keys(Object.keys(GROUPS));
  });

  it('equals the output of the script for the results', () => {
    expect(withParts(page, partsOf(CONSOLES, results))).to.equal(page);
  });
});

describe('The consoles that are compared', () => {
  for (const { id, name } of CONSOLES.filter((console) => console.id !== 'ours')) {
    it(`are measured in the version of the lock file: ${name}`, () => {
      const { packages } = read(projectOf(id), 'package-lock.json');

      expect(readResults().versions[id]).to.equal(packages[`node_modules/${name}`]!.version);
    });
  }

  it('have lock files without addresses of a registry', () => {
    for (const { id } of CONSOLES) {
      const { packages } = read(projectOf(id), 'package-lock.json');

      expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).to.deep.equal([]);
    }
  });

  it('have ours with its dependencies, in the versions of the repository', () => {
    const { dependencies } = read(projectOf('ours'), 'package.json');
    const { packages } = read(ROOT, 'package-lock.json');
    const versionOf = (name: string) =>
      (packages[`console/node_modules/${name}`] ?? packages[`node_modules/${name}`])!.version;

    expect(Object.keys(dependencies)).to.have.members([
      '@opentelemetry/api',
      ...Object.keys(read(ROOT, 'console/package.json').dependencies),
    ]);
    for (const [name, version] of Object.entries(dependencies)) expect(version, name).to.equal(versionOf(name));
  });
});
