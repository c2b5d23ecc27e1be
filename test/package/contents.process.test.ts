import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import * as sources from '../../src/index.js';
import { RELATIVE_IMPORT } from '../../.ci/build/declarations.js';
import { declarationsOfEntries } from '../../.ci/entries.js';
import { installPackage, ROOT, type InstalledPackage } from './installed-package.js';

describe('The packed package contains', function () {
  this.timeout(60_000);

  let installed: InstalledPackage;
  before(async () => {
    installed = await installPackage();
  });
  after(() => installed?.remove());

  function read(path: string): string {
    return readFileSync(join(installed.path, path), 'utf8');
  }

  function manifest(): Record<string, unknown> {
    return JSON.parse(read('package.json')) as Record<string, unknown>;
  }

  /** The files of the tarball in this folder that end so, without both. */
  function packed(folder: string, ending: string): string[] {
    return installed.files
      .filter((path) => path.startsWith(folder) && path.endsWith(ending))
      .map((path) => path.slice(folder.length, path.length - ending.length));
  }

  it('the builds, the documents and the examples, and nothing else', () => {
    const expected = [
      /^(?:package\.json|LICENSE|(?:CHANGELOG|README)\.md)$/,
      /^dist\/(?:esm|cjs)\/[\w./-]+\.(?:c?js|d\.c?ts)$/,
      /^dist\/cjs\/package\.json$/,
      /^docs\/[\w./-]+\.(?:md|svg)$/,
      /^examples\/[\w./-]+\.(?:mjs|md|json)$/,
    ];

    expect(installed.files.filter((path) => !expected.some((pattern) => pattern.test(path)))).to.deep.equal([]);
  });

  it('every page and example of the repository except the design notes', () => {
    for (const folder of ['docs/', 'examples/']) {
      const here = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/[\\/]\.run/.test(entry.parentPath))
        .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll('\\', '/'));

      const shipped = here.filter((path) => path !== 'docs/design-notes.md');
      expect(packed(folder, '').map((path) => folder + path)).to.have.members(shipped);
    }
  });

  it('a script for every source file in both builds, and none of a file that was deleted', () => {
    const written = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((path) =>
      path.replaceAll('\\', '/'),
    );

    // A `.cts` is CommonJS in both builds.
    for (const kind of ['', 'c']) {
      const names = written
        .filter((path) => path.endsWith(`.${kind}ts`))
        .map((path) => path.slice(0, -`.${kind}ts`.length));
      expect(packed('dist/esm/', `.${kind}js`)).to.have.members(names);
      expect(packed('dist/cjs/', `.${kind}js`)).to.have.members(names);
    }
  });

  it('declarations beside the CommonJS modules, which the entries of the ES modules refer to', () => {
    const entries = packed('dist/esm/', '.d.ts');

    expect(entries).to.have.members(declarationsOfEntries().map((path) => path.replace('.d.ts', '')));
    for (const path of entries) {
      const shared = read(`dist/cjs/${path}.d.ts`).replaceAll(RELATIVE_IMPORT, '');
      expect(read(`dist/esm/${path}.d.ts`).replaceAll(RELATIVE_IMPORT, '')).to.equal(shared);
    }
  });

  it('only declarations that an entry refers to', () => {
    const declarations = packed('dist/cjs/', '.d.ts').map((path) => `${path}.d.ts`);
    const entries = JSON.stringify(manifest()['exports']);

    const unmentioned = declarations.filter((path) => {
      const [, name] = /([^/]+)\.d\.ts$/.exec(path)!;
      return (
        !entries.includes(`/${path}"`) &&
        !declarations.some((other) => read(`dist/cjs/${other}`).includes(`/${name}.js'`))
      );
    });

    expect(unmentioned).to.deep.equal([]);
  });

  it('no declarations of the internals of the cache', () => {
    const inside = packed('dist/cjs/', '.d.ts').filter((path) =>
      /^cache\/(?:driver|queue|metrics|pipeline)\b/.test(path),
    );

    expect(inside).to.deep.equal([]);
  });

  it('declarations with their docstrings, and scripts without comments', () => {
    const declarations = packed('dist/cjs/', '.d.ts')
      .map((path) => read(`dist/cjs/${path}.d.ts`))
      .join('\n');
    const scripts = packed('dist/esm/', '.js')
      .map((path) => read(`dist/esm/${path}.js`))
      .join('\n');

    for (const name of Object.keys(sources)) {
      expect(declarations).to.match(new RegExp(`\\*/\nexport declare (?:abstract )?\\w+ ${name}\\b`, 'm'));
    }
    expect(scripts).to.not.match(/^\s*(?:\/\*\*|\* |\/\/)/m);
  });

  it('no source maps, and no mention of one', () => {
    expect(installed.files.filter((path) => path.endsWith('.map'))).to.deep.equal([]);
    for (const path of packed('dist/', 'js')) expect(read(`dist/${path}js`)).to.not.include('sourceMappingURL');
  });

  it('no dependency except the OpenTelemetry API, as a peer', () => {
    const { dependencies, optionalDependencies, bundleDependencies, peerDependencies } = manifest();

    expect({ dependencies, optionalDependencies, bundleDependencies }).to.deep.equal({
      dependencies: undefined,
      optionalDependencies: undefined,
      bundleDependencies: undefined,
    });
    expect(peerDependencies).to.deep.equal({ '@opentelemetry/api': '^1.9.0' });
  });

  // Yarn and pnpm read a range of `*` from this. npm would resolve the range to 3.x and refuse a project of 2.x.
  it('any SDK as an optional peer, without a range', () => {
    expect(manifest()['peerDependenciesMeta']).to.deep.equal({
      '@opentelemetry/auto-instrumentations-node': { optional: true },
      '@opentelemetry/sdk-node': { optional: true },
    });
  });

  it('no path of the machine it was built on', () => {
    const places = [dirname(join(ROOT, 'package.json')), join(homedir(), '/'), 'file:///'];

    const telling = installed.files.filter((path) => places.some((place) => read(path).includes(place)));

    expect(telling).to.deep.equal([]);
  });
});
