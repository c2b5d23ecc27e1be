import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/*
 * `npm test` runs all tests but those in files `*.process.test.ts`. These start a process or a thread, or read what was
 * built; `npm run test:process` builds first, and runs them.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PROCESS = '.process.test.ts';

/** Code of a test that needs a process, a thread, or `dist/`. */
const OUTSIDE = /(?:from|import\() ?'node:child_process'|\bnew Worker\(|'[./]*dist\/|(?:from|import\() ?'otel-span-cache/;

function testFiles(): string[] {
  return readdirSync(HERE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !/(?:^|[\\/])(?:node_modules|\.run)[\\/]/.test(path))
    .map((path) => path.replaceAll(sep, '/'));
}

/** Which files make a test one of another process: itself, or what it imports from `test/`. */
function outsideOf(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path) || !existsSync(path)) return [];
  seen.add(path);
  const code = readFileSync(path, 'utf8');
  const imported = [...code.matchAll(/\bfrom '(\.[^']+)\.js'/g)].map(([, specifier]) => resolve(dirname(path), `${specifier}.ts`));
  const found = imported.filter((file) => file.startsWith(HERE)).flatMap((file) => outsideOf(file, seen));
  return OUTSIDE.test(code) ? [path.slice(HERE.length), ...found] : found;
}

describe('A test file', () => {
  const files = testFiles().filter((path) => path !== 'kinds.test.ts');

  it(`starts no process or thread, and does not need dist/, unless its name ends in ${PROCESS}`, () => {
    const wrong = files
      .filter((path) => !path.endsWith(PROCESS))
      .map((path) => [path, ...outsideOf(join(HERE, path))])
      .filter(({ length }) => length > 1);

    expect(wrong).to.deep.equal([]);
  });

  it(`has a name that ends in ${PROCESS} for such a reason only`, () => {
    const inside = files.filter((path) => path.endsWith(PROCESS) && outsideOf(join(HERE, path)).length === 0);

    expect(inside).to.deep.equal([]);
  });
});
