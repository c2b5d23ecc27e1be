import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { newNode } from '../installed.js';
import { PAGE } from './projects.js';

const MANIFEST = fileURLToPath(new URL('../../package.json', import.meta.url));

/** Comes with the package: npm installs it as a peer. */
const API = '@opentelemetry/api';

const ROWS = PAGE.tableAfter('| Recipe | 2.x, any Node.js |').map(([recipes, ...lines]) => ({
  recipes: [...recipes!.matchAll(/[\w-]+\.m?js/g)].map(([name]) => name),
  lines: lines.map((cell) => cell.replaceAll('`', '').split(' ').filter(Boolean)),
}));

describe('docs/recipes.md, the packages of a recipe', () => {
  const node = newNode();
  let folder: string;
  let tarball: string;

  /** Runs npm on a Node where it prefers 3.x to 2.x. */
  const npm = (cwd: string, ...args: string[]) =>
    execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel', 'error'], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH']}` },
      shell: process.platform === 'win32',
    });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'recipes-'));
    copyFileSync(MANIFEST, join(folder, 'package.json'));
    tarball = join(folder, npm(folder, 'pack', '--ignore-scripts').trim());
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { recipes, lines } of ROWS) {
    it(`are all that ${recipes.join(' and ')} import`, () => {
      const code = recipes.map((name) => PAGE.code().get(name)!).join('\n');
      const imported = [...code.matchAll(/(?:from |import\()'([^.'][^']*)'/g)].map(([, name]) => name!);

      for (const [index, packages] of lines.entries()) {
        if (packages.length === 0) continue;
        const names = packages.map((each) => each.replace(/(?<=.)@.*/, ''));
        const needed = index === 0 ? imported : imported.filter((name) => name !== '@opentelemetry/api-logs');
        expect([...names, API, 'otel-span-cache']).to.include.members(needed);
      }
    });

    it(`let npm add the package afterwards: ${recipes.join(' and ')}`, function () {
      this.timeout(300_000);
      for (const packages of lines.filter((line) => line.length > 0)) {
        const project = mkdtempSync(join(folder, 'project-'));
        writeFileSync(join(project, 'package.json'), '{}');
        for (const step of [packages, [tarball]]) npm(project, 'install', '--package-lock-only', ...step);
      }
    });
  }
});
