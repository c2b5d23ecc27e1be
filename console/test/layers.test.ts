import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { expect } from 'chai';

const CONSOLE = fileURLToPath(new URL('../', import.meta.url));
const SRC = `${CONSOLE}src/`;

/** Entries of the core that the console stands on. */
const CORE = ['otel-span-cache', 'otel-span-cache/threads', 'otel-span-cache/testing/remote'];

/** Folders that may import each dependency. They run in the worker or in the command line only. */
const USERS: Readonly<Record<string, readonly string[]>> = {
  '@hono/node-server': ['http'],
  '@modelcontextprotocol/server': ['mcp'],
  hono: ['http', 'mcp'],
  zod: ['api', 'cli', 'http', 'mcp'],
};

interface Import {
  readonly path: string;
  readonly isDynamic: boolean;
}

/** The imports of each file that the compiler keeps: imports of types are gone. Paths of files start at `src/`. */
async function importsOfSources(): Promise<Map<string, Import[]>> {
  const { metafile } = await build({
    absWorkingDir: SRC,
    entryPoints: readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts')),
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'unused',
    platform: 'node',
    format: 'esm',
    packages: 'external',
    tsconfigRaw: {},
  });
  return new Map(Object.entries(metafile.inputs).map(([path, input]) => [path, input.imports.map(imported)]));
}

function imported({ path, kind }: Metafile['inputs'][string]['imports'][number]): Import {
  return { path, isDynamic: kind === 'dynamic-import' };
}

/** Folders of `src/` and the page that may not import the command line, not even its types. */
const WITHOUT_CLI = /^(?:src\/(?!cli\/)|page\/)/;

/** Folders that stand on nothing else of the console but these folders. */
const GROUND: Readonly<Record<string, readonly string[]>> = {
  text: [],
  client: ['api', 'protocol.js', 'text'],
  model: [],
};

/** Files that each file imports, types included. Paths start at the folder of the console. */
function writtenImports(): [file: string, imported: string][] {
  return readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll(sep, '/'))
    .filter((path) => /^(?:src|page)\/.*\.tsx?$/.test(path))
    .flatMap((file) =>
      [...readFileSync(`${CONSOLE}${file}`, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
        ([, specifier]): [string, string] => [file, posix.join(posix.dirname(file), specifier!)],
      ),
    );
}

/** Name of the package of a specifier. */
function packageOf(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
}

/** Files and packages that are loaded with an entry. */
function loadedWith(entry: string, imports: ReadonlyMap<string, readonly Import[]>): Set<string> {
  const loaded = new Set([entry]);
  for (const path of loaded) {
    for (const next of imports.get(path) ?? []) if (!next.isDynamic) loaded.add(next.path);
  }
  return loaded;
}

describe('The layers of the console', () => {
  let imports: Map<string, Import[]>;
  before(async () => {
    imports = await importsOfSources();
  });

  function packagesLoadedWith(entry: string): string[] {
    return [...loadedWith(entry, imports)].filter((path) => !imports.has(path) && !isBuiltin(path));
  }

  it('stand on public entries of the core alone', () => {
    const others = [...imports].flatMap(([file, all]) =>
      all
        .filter(({ path }) => path.startsWith('..') || (packageOf(path) === 'otel-span-cache' && !CORE.includes(path)))
        .map(({ path }) => `${file} imports ${path}`),
    );

    expect(others).to.deep.equal([]);
  });

  it('import the dependencies in their folders only', () => {
    const wrong = [...imports].flatMap(([file, all]) =>
      all
        .map(({ path }) => packageOf(path))
        .filter((name) => name in USERS && !USERS[name]!.includes(posix.dirname(file).split('/')[0]!))
        .map((name) => `${file} imports ${name}`),
    );

    expect(wrong).to.deep.equal([]);
  });

  it('import no package that package.json does not have', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${SRC}../package.json`, 'utf8')) as {
      dependencies: Record<string, string>;
      peerDependencies: Record<string, string>;
    };
    const names = [...imports.values()].flat().map(({ path }) => path);
    const used = new Set(names.filter((path) => !imports.has(path) && !isBuiltin(path)).map(packageOf));

    expect(Object.keys(dependencies)).to.have.members(Object.keys(USERS));
    expect([...used].filter((name) => !(name in dependencies) && !(name in peerDependencies))).to.deep.equal([]);
  });

  it("load no dependency on the service's main thread", () => {
    const loaded = loadedWith('index.ts', imports);

    expect(packagesLoadedWith('index.ts').toSorted()).to.deep.equal(['otel-span-cache', 'otel-span-cache/threads']);
    expect([...loaded]).to.include.members(['host/feed.ts', 'link/shared-counts.ts']);
    expect([...loaded].filter((path) => /^(?:worker|http|mcp|engine|cli)\//.test(path))).to.deep.equal([]);
  });

  it('load no package for a worker that nobody sends to or looks at', () => {
    const loaded = loadedWith('worker/main.ts', imports);

    expect(packagesLoadedWith('worker/main.ts')).to.deep.equal([]);
    expect([...loaded].filter((path) => /^(?:engine\/engine|history|stacks|query|mcp)\b/.test(path))).to.deep.equal([]);
  });

  it('load nothing but the receiver of packed spans for a worker that takes and keeps spans', () => {
    expect(packagesLoadedWith('worker/console-core.ts')).to.deep.equal(['otel-span-cache/threads']);
  });

  it('load no package to understand a command line', () => {
    expect(packagesLoadedWith('cli/main.ts')).to.deep.equal([]);
  });

  it('import the command line from nowhere else', () => {
    const wrong = writtenImports().filter(([file, path]) => WITHOUT_CLI.test(file) && path.startsWith('src/cli/'));

    expect(wrong).to.deep.equal([]);
  });

  it('have texts, rows and the client stand on nothing above them', () => {
    const wrong = writtenImports().filter(([file, path]) => {
      const [, folder = ''] = /^src\/(\w+)\//.exec(file) ?? [];
      const [, imported = ''] = /^src\/([\w.]+)/.exec(path) ?? [];
      const allowed = GROUND[folder];
      return allowed !== undefined && imported !== folder && !allowed.includes(imported);
    });

    expect(wrong).to.deep.equal([]);
  });
});
