import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** The folders of `src/`, each with those it may import from. Types count. */
const LAYERS: Record<string, readonly string[]> = {
  support: [],
  diagnostics: [],
  model: [],
  validation: [],
  queue: ['diagnostics'],
  recording: ['support', 'model', 'diagnostics', 'validation'],
  reconcile: ['model', 'queue'],
  store: ['model'],
  fanout: ['support', 'model', 'diagnostics', 'store'],
  format: ['model', 'validation'],
  driver: ['support', 'model', 'diagnostics', 'queue', 'recording', 'reconcile', 'fanout'],
  metrics: ['model', 'diagnostics', 'reconcile', 'fanout'],
  otel: ['model', 'diagnostics', 'recording', 'reconcile', 'driver'],
  // '' is what is on top of src: the cache itself.
  testing: ['', 'support', 'model', 'diagnostics', 'format', 'validation'],
  threads: ['', 'support', 'model', 'diagnostics', 'fanout', 'validation'],
  register: ['', 'support', 'model', 'diagnostics', 'format', 'recording', 'threads', 'validation'],
};

/** A file of `src/`, as its path from there. */
interface SourceFile {
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  /** Other files of `src/`. */
  readonly files: readonly string[];
  /** Everything else, as it is written. */
  readonly packages: readonly string[];
}

function sourceFiles(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.c?ts$/.test(path))
    .map((path) => read(path.replaceAll(sep, '/')));
}

function read(path: string): SourceFile {
  const code = readFileSync(join(SRC, path), 'utf8').replaceAll(/\/\*.*?\*\/|\/\/[^\n]*/gs, '');
  const imports = [...code.matchAll(/\b(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    ([, specifier]) => specifier!,
  );
  return {
    path,
    code,
    files: imports.filter((specifier) => specifier.startsWith('.')).map((specifier) => {
      return posix.join(posix.dirname(path), specifier).replace(/\.(c?)js$/, '.$1ts');
    }),
    packages: imports.filter((specifier) => !specifier.startsWith('.')),
  };
}

/** The folder a file is in; empty for those on top. */
function layerOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

/** A way from a file back to itself, or undefined if there is none. */
function findCycle(files: readonly SourceFile[]): string[] | undefined {
  const importsOf = new Map(files.map((file) => [file.path, file.files]));
  const cleared = new Set<string>();

  const visit = (path: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (cleared.has(path)) return undefined;
    for (const next of importsOf.get(path) ?? []) {
      const cycle = visit(next, [...way, path]);
      if (cycle !== undefined) return cycle;
    }
    cleared.add(path);
    return undefined;
  };

  for (const { path } of files) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

describe('The layers', () => {
  const files = sourceFiles();
  const inLayers = files.filter(({ path }) => layerOf(path) !== '');

  it('are the folders of src', () => {
    expect([...new Set(inLayers.map(({ path }) => layerOf(path)))]).to.have.members(Object.keys(LAYERS));
  });

  it('import only from the layers below', () => {
    const wrong = inLayers.flatMap(({ path, files: imported }) => {
      const allowed = new Set([layerOf(path), ...LAYERS[layerOf(path)]!]);
      return imported
        .filter((target) => !allowed.has(layerOf(target)))
        .map((target) => `${path} imports ${target}`);
    });

    expect(wrong).to.deep.equal([]);
  });

  it('have no cycle of files', () => {
    expect(findCycle(files)).to.equal(undefined);
  });

  it('import no package but the OpenTelemetry API, what Node brings, and a runner in its own face', () => {
    const others = files.flatMap(({ path, packages }) =>
      packages
        .filter((name) => name !== '@opentelemetry/api' && !name.startsWith('node:') && path !== `testing/${name}.ts`)
        .map((name) => `${path} imports ${name}`),
    );

    expect(others).to.deep.equal([]);
  });

  it('load packages that a user may not have in one file of register', () => {
    const loading = files.filter(({ path, code }) => {
      return layerOf(path) === 'register' && /\b(?:require|createRequire)\b\s*[.(]|\bimport\s*\(/.test(code);
    });

    expect(loading.map(({ path }) => path)).to.deep.equal(['register/peers.ts']);
  });

  it('know no time in reconcile, which is pure', () => {
    const clocks = /\b(?:set(?:Timeout|Interval|Immediate)|queueMicrotask|nextTick|Date|performance|hrtime)\b/;

    const impure = files.filter(({ path, code }) => layerOf(path) === 'reconcile' && clocks.test(code));

    expect(impure.map(({ path }) => path)).to.deep.equal([]);
  });

  it('report in one place, which throws nothing', () => {
    const reports = /\bdiag\.(?:error|warn|info|debug|verbose|createComponentLogger)\b/;

    expect(files.filter(({ code }) => reports.test(code)).map(({ path }) => path)).to.deep.equal(['diagnostics/report.ts']);
  });

  it('see all that is imported', () => {
    const known = new Set(files.map(({ path }) => path));

    expect(files.flatMap(({ files: imported }) => imported).filter((path) => !known.has(path))).to.deep.equal([]);
    expect(files.find(({ path }) => path === 'span-cache.ts')!.files).to.include('driver/driver.ts');
  });
});
