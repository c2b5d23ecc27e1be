import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { brokenLinks } from '../links.js';
import { installPackage, type InstalledPackage } from './installed-package.js';

describe('In the packed package', function () {
  this.timeout(60_000);

  let installed: InstalledPackage;
  before(async () => {
    installed = await installPackage();
  });
  after(() => installed?.remove());

  it('all links of all pages lead to existing files and headings', () => {
    const pages = installed.files.filter((path) => path.endsWith('.md'));

    const broken = pages.flatMap((page) => brokenLinks(installed.path, page).map((link) => `${page} links to ${link}`));

    expect(broken).to.deep.equal([]);
    expect(pages).to.include.members(['README.md', 'CHANGELOG.md', 'docs/README.md', 'docs/api/README.md']);
  });

  it('the examples load and name existing files', () => {
    const examples = installed.files.filter((path) => /^examples\/.*\.mjs$/.test(path));

    const missing = examples.flatMap((example) => {
      const code = readFileSync(join(installed.path, example), 'utf8');
      return [...code.matchAll(/(?:\bfrom |\bimport |\bimport\(|new URL\()'(\.[^']+|[\w-]+\.m?js)'/g)]
        .filter(([, path]) => !existsSync(join(installed.path, dirname(example), path!)))
        .map(([, path]) => `${example} loads ${path}`);
    });

    expect(missing).to.deep.equal([]);
  });
});
