import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT, ROOT_URL, type CoveredPackage } from './packages.js';

/** A script's source map and the lengths of its lines, as written by Node.js. */
interface Mapped {
  readonly lineLengths: readonly number[];
  readonly data: object | null;
}

interface Raw {
  readonly result: readonly { readonly url: string }[];
  readonly 'source-map-cache'?: Readonly<Record<string, Mapped>>;
}

/** Copies the coverage of each process, reduced to scripts of one package, and adds the maps to their sources. */
export function gather(measured: CoveredPackage, raw: string, gathered: string): void {
  buildWithMaps(measured);
  const maps = mapsOfBuild(measured);
  const { home, installed } = measured;
  rmSync(gathered, { recursive: true, force: true });
  mkdirSync(gathered, { recursive: true });
  for (const name of readdirSync(raw).filter((file) => file.endsWith('.json'))) {
    const { result, 'source-map-cache': own = {} } = JSON.parse(readFileSync(join(raw, name), 'utf8')) as Raw;
    const cache: Record<string, Mapped> = {};
    const ours = result.flatMap((script) => {
      const url = script.url.replace(installed, `${ROOT_URL}${home}`);
      const [as, mapped] = maps.has(url) ? [url, maps.get(url)!] : sourceAsItRan(home, url, own[url]);
      if (mapped === undefined) return [];
      cache[as] = mapped;
      return [{ ...script, url: as }];
    });
    if (ours.length > 0)
      writeFileSync(join(gathered, name), JSON.stringify({ result: ours, 'source-map-cache': cache }));
  }
}

/**
 * A source file that was compiled when it was loaded. The compiled code differs between processes, so its URL
 * contains a hash of it: c8 would merge different code under the same URL, although the offsets do not match.
 */
function sourceAsItRan(
  home: string,
  url: string,
  mapped: Mapped | undefined,
): [as: string, mapped: Mapped | undefined] {
  const source = url.replace(/\?.*/, '');
  if (!source.startsWith(`${ROOT_URL}${home}src/`) || !mapped?.data) return [url, undefined];
  const hash = createHash('sha256').update(JSON.stringify(mapped)).digest('hex').slice(0, 16);
  return [
    `${ROOT_URL}coverage/ran/${hash}/${source.slice(ROOT_URL.length)}`,
    { ...mapped, data: { ...mapped.data, sources: [source] } },
  ];
}

/** The sources that contain only types, and are therefore never loaded. */
export function typesOnly(measured: CoveredPackage): string[] {
  const [{ dist } = { dist: '' }] = measured.builds;
  const mapped = mappedFolder(measured, dist);
  return filesIn(mapped)
    .filter((path) => /^(?:export \{\};\n)?\/\/# /.test(readFileSync(join(mapped, path), 'utf8')))
    .map((path) => sourceOf(measured, path));
}

/** Folder of a second build of the package with source maps, which its own build does not have. */
function mappedFolder({ reports }: CoveredPackage, dist: string): string {
  return join(ROOT, reports, 'mapped', dist);
}

function sourceOf({ home }: CoveredPackage, path: string): string {
  return `${home}src/${path.replace(/\.js$/, '.ts')}`;
}

function buildWithMaps(measured: CoveredPackage): void {
  rmSync(join(ROOT, measured.reports, 'mapped'), { recursive: true, force: true });
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  for (const { project, dist } of measured.builds) {
    const flags = [
      '--declaration',
      'false',
      '--removeComments',
      '--noCheck',
      '--sourceMap',
      '--outDir',
      mappedFolder(measured, dist),
    ];
    const { status } = spawnSync(process.execPath, [tsc, '-p', project, ...flags], { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) throw new Error(`the compiler failed for ${project}`);
  }
}

/** The maps in the form written by Node.js, by the URL of the built file. */
function mapsOfBuild(measured: CoveredPackage): Map<string, Mapped> {
  return new Map(
    measured.builds.flatMap(({ dist }) => {
      const mapped = mappedFolder(measured, dist);
      return filesIn(mapped).map((path) => {
        const file = join(mapped, path);
        const map = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as object;
        const sources = [`${ROOT_URL}${sourceOf(measured, path)}`];
        const lineLengths = readFileSync(file, 'utf8')
          .split('\n')
          .map((line) => line.length);
        return [`${ROOT_URL}${dist}/${path}`, { lineLengths, data: { ...map, sources } }] as const;
      });
    }),
  );
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.js'));
}
