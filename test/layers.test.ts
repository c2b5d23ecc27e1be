import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** The folders and files directly in `src/`, each with the parts that it may import from. Types count. */
const TIERS: Table = {
  support: [],
  model: [],
  trace: ['support', 'model'],
  bridge: ['support', 'model'],
  cache: ['support', 'model', 'trace', 'bridge'],
  format: ['support', 'model', 'trace'],
  testing: ['support', 'model', 'trace', 'cache'],
  threads: ['support', 'model', 'cache'],
  register: ['support', 'model', 'trace', 'cache', 'format', 'threads'],
  'register.ts': ['register'],
  'hook.ts': ['register'],
  'index.ts': ['support', 'model', 'trace', 'bridge', 'cache', 'format'],
};

/** The same of `src/cache/`. */
const INSIDE_CACHE: Table = {
  queue: [],
  sampling: [],
  'counters.ts': [],
  'suppression.ts': [],
  reconcile: ['counters.ts', 'queue'],
  fanout: ['suppression.ts'],
  store: ['fanout'],
  driver: ['counters.ts', 'queue', 'reconcile', 'fanout'],
  intake: ['counters.ts', 'suppression.ts', 'queue', 'sampling', 'reconcile', 'fanout', 'driver'],
  'stats.ts': ['counters.ts', 'fanout'],
  'read-stats.ts': ['counters.ts', 'stats.ts', 'reconcile', 'fanout'],
  metrics: ['stats.ts', 'fanout'],
  'options.ts': ['fanout', 'store', 'sampling', 'intake'],
  'internals.ts': ['intake'],
  'pipeline.ts': [
    'counters.ts',
    'stats.ts',
    'read-stats.ts',
    'options.ts',
    'internals.ts',
    'suppression.ts',
    'queue',
    'sampling',
    'reconcile',
    'fanout',
    'driver',
    'intake',
    'metrics',
  ],
  'span-cache.ts': [
    'pipeline.ts',
    'stats.ts',
    'options.ts',
    'internals.ts',
    'sampling',
    'reconcile',
    'fanout',
    'store',
    'intake',
  ],
  'registered-cache.ts': ['span-cache.ts'],
};

/** Rooms of the cache that must not import the building and drawing of traces: they handle single spans. */
const WITHOUT_TRACES = ['intake', 'queue', 'driver', 'reconcile'];

/** A part is a folder, or a file on the same floor. */
type Table = Readonly<Record<string, readonly string[]>>;

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
    files: imports
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => {
        return posix.join(posix.dirname(path), specifier).replace(/\.(c?)js$/, '.$1ts');
      }),
    packages: imports.filter((specifier) => !specifier.startsWith('.')),
  };
}

/** The part of `floor` that a file is in, or undefined if it is not below that folder. */
function partOf(path: string, floor: string): string | undefined {
  return path.startsWith(floor) ? path.slice(floor.length).split('/')[0] : undefined;
}

/** Imports between the parts of a floor that its table does not allow. */
function forbidden(files: readonly SourceFile[], floor: string, table: Table): string[] {
  return files.flatMap(({ path, files: imported }) => {
    const part = partOf(path, floor);
    if (part === undefined) return [];
    const allowed = new Set([part, ...(table[part] ?? [])]);
    return imported
      .filter((target) => !allowed.has(partOf(target, floor) ?? part))
      .map((target) => `${path} imports ${target}`);
  });
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

  it('are the tables above', () => {
    const parts = (floor: string) => new Set(files.flatMap(({ path }) => partOf(path, floor) ?? []));

    expect([...parts('')]).to.have.members(Object.keys(TIERS));
    expect([...parts('cache/')]).to.have.members(Object.keys(INSIDE_CACHE));
  });

  it('import only from the tiers below', () => {
    expect(forbidden(files, '', TIERS)).to.deep.equal([]);
  });

  it('import only from the rooms below, inside the cache', () => {
    expect(forbidden(files, 'cache/', INSIDE_CACHE)).to.deep.equal([]);
  });

  it('use single spans, not traces, up to the fan-out', () => {
    const wrong = files
      .filter(({ path }) => WITHOUT_TRACES.includes(partOf(path, 'cache/')!))
      .filter(({ files: imported }) => imported.some((target) => partOf(target, '') === 'trace'));

    expect(wrong.map(({ path }) => path)).to.deep.equal([]);
  });

  it('have no cycle of files', () => {
    expect(findCycle(files)).to.equal(undefined);
  });

  it("import no package except the OpenTelemetry API, Node's own modules, and a test runner in its entry", () => {
    const others = files.flatMap(({ path, packages }) =>
      packages
        .filter((name) => name !== '@opentelemetry/api' && !name.startsWith('node:') && path !== `testing/${name}.ts`)
        .map((name) => `${path} imports ${name}`),
    );

    expect(others).to.deep.equal([]);
  });

  it('load optional packages only in one file of register', () => {
    const loading = files.filter(({ path, code }) => {
      return partOf(path, '') === 'register' && /\b(?:require|createRequire)\b\s*[.(]|\bimport\s*\(/.test(code);
    });

    expect(loading.map(({ path }) => path)).to.deep.equal(['register/peers.ts']);
  });

  it('use no clock and no timer in reconcile, which is pure', () => {
    const clocks = /\b(?:set(?:Timeout|Interval|Immediate)|queueMicrotask|nextTick|Date|performance|hrtime)\b/;

    const impure = files.filter(({ path, code }) => path.startsWith('cache/reconcile/') && clocks.test(code));

    expect(impure.map(({ path }) => path)).to.deep.equal([]);
  });

  it('report in one place, which never throws', () => {
    const reports = /\bdiag\.(?:error|warn|info|debug|verbose|createComponentLogger)\b/;

    expect(files.filter(({ code }) => reports.test(code)).map(({ path }) => path)).to.deep.equal(['support/report.ts']);
  });

  it('are checked for all imports', () => {
    const known = new Set(files.map(({ path }) => path));

    expect(files.flatMap(({ files: imported }) => imported).filter((path) => !known.has(path))).to.deep.equal([]);
    expect(files.find(({ path }) => path === 'cache/pipeline.ts')!.files).to.include('cache/driver/driver.ts');
  });
});
