import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { FOLDERS } from '../.ci/mutation/folders.mjs';
import { explained } from '../.ci/mutation/survivors.js';

/* What `npm run test:mutation` relies on. It takes too long to be run here. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe('The mutation tests', () => {
  for (const [folder, specs] of Object.entries(FOLDERS)) {
    it(`change src/${folder}, and run test files that there are`, () => {
      // Of a glob, the folder.
      const paths = [`src/${folder}`, ...specs.map((spec) => spec.replace(/[^/]*[*{].*/, ''))];

      expect(specs).not.to.be.empty;
      expect(paths.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
    });
  }

  it('go unnoticed where survivors.md says why, in code that there is', () => {
    const rows = explained();
    const gone = rows.filter(({ file, code }) => {
      const path = join(ROOT, file);
      return !existsSync(path) || !readFileSync(path, 'utf8').split('\n').some((line) => line.includes(code));
    });

    expect(rows).not.to.be.empty;
    expect(gone).to.deep.equal([]);
  });
});
