import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { FOLDERS, LEFT_OUT } from '../.ci/mutation/folders.mjs';
import { testTitles } from '../.ci/prose/texts.js';
import { explained } from '../.ci/mutation/survivors.js';

/* Checks the configuration of `npm run test:mutation`, which takes too long to run here. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe('The mutation tests', () => {
  for (const [folder, specs] of Object.entries(FOLDERS)) {
    it(`change src/${folder}, and run test files that exist`, () => {
      // A glob is checked by its folder.
      const paths = [`src/${folder}`, ...specs.map((spec) => spec.replace(/[^/]*[*{].*/, ''))];

      expect(specs).not.to.be.empty;
      expect(paths.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
    });
  }

  it('skip tests that exist', () => {
    const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
    const files = tests.filter((path) => path.endsWith('.test.ts') && !/node_modules|\.run/.test(path));
    const texts = files
      .flatMap((path) => testTitles(readFileSync(join(ROOT, 'test', path), 'utf8')))
      .map(({ text }) => text);
    /** Whether a name begins like that of a test: with titles of suites, then the beginning of a title. */
    const exists = (name: string): boolean =>
      texts.some(
        (text) => text.startsWith(name) || (name.startsWith(`${text} `) && exists(name.slice(text.length + 1))),
      );

    expect(LEFT_OUT.filter((name) => !exists(name))).to.deep.equal([]);
  });

  it('have survivors in survivors.md whose code exists', () => {
    const rows = explained();
    const gone = rows.filter(({ file, code }) => {
      const path = join(ROOT, file);
      return (
        !existsSync(path) ||
        !readFileSync(path, 'utf8')
          .split('\n')
          .some((line) => line.includes(code))
      );
    });

    expect(rows).not.to.be.empty;
    expect(gone).to.deep.equal([]);
  });
});
