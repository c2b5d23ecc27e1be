import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { parseCommand } from '../command.js';
import { DocPage } from '../doc-page.js';
import { installPackage, node, ROOT, type InstalledPackage } from './installed-package.js';

describe('The shop, in a project of a user', function () {
  this.timeout(120_000);

  const [install, copy, start] = new DocPage('examples/service/README.md')
    .blocks('sh')[0]!
    .replaceAll('\\\n', '')
    .trim()
    .split('\n');
  /** Packages in its install command: version by name. */
  const packages = new Map(
    install!
      .split(/\s+/)
      .slice(3)
      .map((spec) => spec.split(/(?<=.)@/) as [string, string]),
  );

  it('needs exactly the packages that its README installs', () => {
    const code = readdirSync(join(ROOT, 'examples/service'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.mjs'))
      .map((path) => readFileSync(join(ROOT, 'examples/service', path), 'utf8'))
      .join('\n');
    const imported = [...code.matchAll(/(?:\bfrom |\bimport |\bregister\()'([^'.][^']*)'/g)]
      .map(([, specifier]) => specifier!)
      .filter((specifier) => !isBuiltin(specifier))
      .map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0]);

    expect([...packages.keys(), 'otel-span-cache']).to.have.members([...new Set(imported)]);
  });

  it('installs the versions that are tested here', () => {
    for (const [name, version] of packages) {
      const manifest = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
        version: string;
      };
      expect(`${manifest.version}.`, name).to.satisfy((tested: string) => tested.startsWith(`${version}.`));
    }
  });

  describe('with the package installed', () => {
    let installed: InstalledPackage;
    before(async () => {
      installed = await installPackage();
      for (const name of [...packages.keys()].filter((each) => !each.startsWith('@opentelemetry/'))) {
        const path = join(installed.project, 'node_modules', name);
        mkdirSync(dirname(path), { recursive: true });
        symlinkSync(join(ROOT, 'node_modules', name), path, 'junction');
      }
    });
    after(() => installed?.remove());

    it('runs as its README says, and prints traces', async () => {
      const [, from] = /^cp -r (\S+) \.$/.exec(copy!)!;
      cpSync(join(installed.project, from!), join(installed.project, 'examples'), { recursive: true });

      const printed = await node(installed.project, ...parseCommand(start!, installed.project).args);

      expect(printed).to.match(/^trace [0-9a-f]{32} .*\n.* POST \/orders /m);
      expect(printed).to.match(/^10 requests:(?: \d{3}){10}$/m);
    });
  });
});
