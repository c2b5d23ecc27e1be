import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { explained } from '../.ci/mutation/survivors.js';

/* What `npm run test:mutation` relies on. It takes too long to be run here. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Config {
  readonly mochaOptions: { readonly spec: readonly string[]; readonly ignore: readonly string[] };
}

describe('The mutation tests', () => {
  it('run test files that there are', async () => {
    const config = new URL('../.ci/mutation/stryker.config.mjs', import.meta.url).href;
    const { mochaOptions } = ((await import(config)) as { default: Config }).default;
    const files = [...mochaOptions.spec, ...mochaOptions.ignore].filter((path) => !path.includes('*'));

    expect(files).not.to.be.empty;
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
  });

  it('go unnoticed where CONTRIBUTING.md says why, in code that there is', () => {
    const rows = explained();
    const gone = rows.filter(({ file, code }) => {
      const path = join(ROOT, file);
      return !existsSync(path) || !readFileSync(path, 'utf8').split('\n').some((line) => line.includes(code));
    });

    expect(rows).not.to.be.empty;
    expect(gone).to.deep.equal([]);
  });
});
