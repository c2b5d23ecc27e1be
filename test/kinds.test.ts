import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/*
 * `npm test` runs all tests but those in files `*.process.test.ts`. Such files start a process or a thread, or read
 * build output; `npm run test:process` builds first, and runs them.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['test/', 'console/test/'];
const PROCESS = '.process.test.ts';

/** Tests in a browser, which `npm run test:page` runs. */
const BROWSER = '.page.test.ts';

/** Code of a test that needs a process, a thread, or `dist/`. */
const OUTSIDE = /(?:from|import\() ?'node:child_process'|\bnew Worker\(|'[./]*dist\//;

/** Import of the built package. In the console, the same names lead to the sources. */
const BUILT = /(?:from|import\() ?'otel-span-cache/;

function testFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
      .filter(
        (path) =>
          path.endsWith('.test.ts') && !path.endsWith(BROWSER) && !/(?:^|[\\/])(?:node_modules|\.run)[\\/]/.test(path),
      )
      .map((path) => folder + path.replaceAll(sep, '/')),
  );
}

/** The files that put a test into the process kind: itself, or files that it imports from a folder of tests. */
function outsideOf(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path) || !existsSync(path)) return [];
  seen.add(path);
  const code = readFileSync(path, 'utf8');
  const imported = [...code.matchAll(/\bfrom '(\.[^']+)\.js'/g)].map(([, specifier]) =>
    resolve(dirname(path), `${specifier}.ts`),
  );
  const found = imported.filter(isOfTests).flatMap((file) => outsideOf(file, seen));
  const isOutside = OUTSIDE.test(code) || (path.startsWith(`${ROOT}test/`) && BUILT.test(code));
  return isOutside ? [path.slice(ROOT.length), ...found] : found;
}

function isOfTests(path: string): boolean {
  return FOLDERS.some((folder) => path.startsWith(ROOT + folder));
}

describe('A test file', () => {
  const files = testFiles().filter((path) => path !== 'test/kinds.test.ts');

  it(`starts no process or thread, and does not need dist/, unless its name ends in ${PROCESS}`, () => {
    const wrong = files
      .filter((path) => !path.endsWith(PROCESS))
      .map((path) => [path, ...outsideOf(join(ROOT, path))])
      .filter(({ length }) => length > 1);

    expect(wrong).to.deep.equal([]);
  });

  it(`has a name that ends in ${PROCESS} for such a reason only`, () => {
    const inside = files.filter((path) => path.endsWith(PROCESS) && outsideOf(join(ROOT, path)).length === 0);

    expect(inside).to.deep.equal([]);
  });
});
