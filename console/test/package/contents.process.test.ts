import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { node } from '../../../test/package/installed-package.js';
import { CONSOLE, packBoth, ROOT, type PackedPair } from './packed.js';

/** Maximum size of the tarball in bytes. Raise it only on purpose. */
const LARGEST = 300_000;

describe('The packed console', function () {
  this.timeout(120_000);

  let packed: PackedPair;
  before(async () => {
    packed = await packBoth();
  });
  after(() => packed?.remove());

  it('contains the build, the documents and the licence, and nothing else', () => {
    const expected = [
      /^(?:package\.json|LICENSE|README\.md)$/,
      /^dist\/[\w./-]+\.(?:js|d\.ts)$/,
      /^dist\/worker\/main\.cjs$/,
      /^dist\/page\/[\w./-]+$/,
      /^docs\/[\w.-]+\.md$/,
    ];
    const { files } = packed.console;

    expect(files.filter((path) => !expected.some((pattern) => pattern.test(path)))).to.deep.equal([]);
    expect(files.filter((path) => path.endsWith('.map'))).to.deep.equal([]);
    expect(files).to.include.members(['dist/index.js', 'dist/index.d.ts', 'dist/worker/main.cjs', 'dist/cli/main.js']);
  });

  it('contains a script for every source file', () => {
    const names = (folder: string, ending: RegExp) =>
      readdirSync(join(CONSOLE, folder), { recursive: true, encoding: 'utf8' })
        .map((path) => path.replaceAll('\\', '/'))
        .filter((path) => ending.test(path) && !path.startsWith('page/'))
        .map((path) => path.replace(ending, ''));

    expect(names('dist', /\.c?js$/)).to.have.members(names('src', /\.ts$/));
  });

  it('starts the worker from one file, which loads the others on demand', () => {
    const main = join(CONSOLE, 'dist/worker/main.cjs');
    const text = readFileSync(main, 'utf8');
    const pathsIn = (call: RegExp) => [...text.matchAll(call)].map(([, path]) => path!);
    const onDemand = pathsIn(/\bimport\("([^"]+)"\)/g);

    expect(pathsIn(/\brequire\("([^"]+)"\)/g).filter((path) => !path.startsWith('node:'))).to.deep.equal([]);
    expect(onDemand).to.include('./console-core.js');
    expect(onDemand.filter((path) => !existsSync(join(dirname(main), path)))).to.deep.equal([]);
  });

  it('is small', () => {
    expect(packed.console.size).to.be.below(LARGEST);
  });

  it('has the licence of the repository', () => {
    expect(readFileSync(join(CONSOLE, 'LICENSE'), 'utf8')).to.equal(readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
  });

  it('has the version of the core, and takes it as a peer', () => {
    const read = (folder: string) =>
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        version: string;
        peerDependencies: Record<string, string>;
      };

    expect(read(CONSOLE).version).to.equal(read(ROOT).version);
    expect(read(CONSOLE).peerDependencies['otel-span-cache']).to.equal(`^${read(ROOT).version}`);
  });

  it('has types that are right for attw, in every way to resolve an ES module', async () => {
    const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const { tarball } = packed.console;

    const report = await node(
      ROOT,
      attw,
      tarball,
      '--no-definitely-typed',
      '--profile',
      'esm-only',
      '--format',
      'json',
    );

    const { analysis } = JSON.parse(report) as { analysis: { types: unknown; problems: { kind: string }[] } };
    expect(analysis.types).to.not.equal(false);
    // It is an ES module only, which the oldest ways to resolve cannot read.
    const ignored = ['CJSResolvesToESM', 'NoResolution'];
    expect(analysis.problems.filter(({ kind }) => !ignored.includes(kind))).to.deep.equal([]);
  });

  it('is without fault for publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: CONSOLE, pack: false, strict: true });

    expect(messages.map((message) => formatMessage(message, pkg))).to.deep.equal([]);
  });
});
