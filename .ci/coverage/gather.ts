import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROOT_URL = pathToFileURL(ROOT).href;

/** The package as `dist/` has it, with source maps, which the package itself has none of. */
const MAPPED = join(ROOT, 'coverage/mapped');

/** A copy of the package, wherever a test has installed one. */
const INSTALLED = /^file:\/\/.*\/node_modules\/otel-span-cache\//;

/** A script's source map, and the lengths of its lines, as Node notes them. */
interface Mapped {
  readonly lineLengths: readonly number[];
  readonly data: object | null;
}

interface Raw {
  readonly result: readonly { readonly url: string }[];
  readonly 'source-map-cache'?: Readonly<Record<string, Mapped>>;
}

/** What V8 noted in each process, without what is not of this package, and with the maps to its sources. */
export function gather(raw: string, gathered: string): void {
  buildWithMaps();
  const maps = mapsOfBuild();
  rmSync(gathered, { recursive: true, force: true });
  mkdirSync(gathered, { recursive: true });
  for (const name of readdirSync(raw).filter((file) => file.endsWith('.json'))) {
    const { result, 'source-map-cache': own = {} } = JSON.parse(readFileSync(join(raw, name), 'utf8')) as Raw;
    const cache: Record<string, Mapped> = {};
    const ours = result.flatMap((script) => {
      const url = script.url.replace(INSTALLED, ROOT_URL);
      const [as, mapped] = maps.has(url) ? [url, maps.get(url)!] : sourceAsItRan(url, own[url]);
      if (mapped === undefined) return [];
      cache[as] = mapped;
      return [{ ...script, url: as }];
    });
    if (ours.length > 0) writeFileSync(join(gathered, name), JSON.stringify({ result: ours, 'source-map-cache': cache }));
  }
}

/**
 * A file of `src/` that was compiled as it was loaded: under a URL for what came of it, which differs from process to
 * process. Under one URL, c8 would take the offsets in one for offsets in the other.
 */
function sourceAsItRan(url: string, mapped: Mapped | undefined): [as: string, mapped: Mapped | undefined] {
  const source = url.replace(/\?.*/, '');
  if (!source.startsWith(`${ROOT_URL}src/`) || !mapped?.data) return [url, undefined];
  const what = createHash('sha256').update(JSON.stringify(mapped)).digest('hex').slice(0, 16);
  return [`${ROOT_URL}coverage/ran/${what}/${source.slice(ROOT_URL.length)}`, { ...mapped, data: { ...mapped.data, sources: [source] } }];
}

/** The sources without code, which nothing loads. */
export function typesOnly(): string[] {
  return filesIn(join(MAPPED, 'esm'))
    .filter((path) => /^(?:export \{\};\n)?\/\/# /.test(readFileSync(join(MAPPED, 'esm', path), 'utf8')))
    .map((path) => `src/${path.replace(/\.js$/, '.ts')}`);
}

function buildWithMaps(): void {
  rmSync(MAPPED, { recursive: true, force: true });
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  for (const [project, kind] of [['src', 'esm'], ['src/tsconfig.cjs.json', 'cjs']] as const) {
    const flags = ['--declaration', 'false', '--removeComments', '--noCheck', '--sourceMap', '--outDir', join(MAPPED, kind)];
    const { status } = spawnSync(process.execPath, [tsc, '-p', project, ...flags], { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) throw new Error(`the compiler failed for ${project}`);
  }
}

/** The maps, by the URL of the file in `dist/`, as Node would note them. */
function mapsOfBuild(): Map<string, Mapped> {
  return new Map(
    ['esm', 'cjs'].flatMap((kind) =>
      filesIn(join(MAPPED, kind)).map((path) => {
        const file = join(MAPPED, kind, path);
        const map = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as object;
        const source = `${ROOT_URL}src/${path.replace(/\.js$/, '.ts')}`;
        const lineLengths = readFileSync(file, 'utf8').split('\n').map((line) => line.length);
        return [`${ROOT_URL}dist/${kind}/${path}`, { lineLengths, data: { ...map, sources: [source] } }] as const;
      }),
    ),
  );
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.js'));
}
