import { expect } from 'chai';
import { check, type Program } from './projects.js';
import { DISPOSING, PLAIN, RUNNERS } from './programs.js';
import { COMPILERS, type Compiler } from './versions.js';

/* The compilers and projects that run.ts installs. */

/** The first version that supports `using`. */
const FIRST_WITH_USING = '5.2';

/** The compilers' errors for the programs. Several run at once, because each takes seconds. */
async function errorsIn(compiler: Compiler, programs: readonly Program[]): Promise<string[]> {
  const errors = await Promise.all(programs.map((program) => check(compiler, program)));
  return errors.flat();
}

/** Without the errors in a runner's own declarations, and without what explains an error further. */
function ofOurs(errors: readonly string[]): string[] {
  return errors.filter((line) => /^\S/.test(line) && !/^\S*node_modules\/(?!otel-span-cache\/)/.test(line));
}

describe('The declarations of the package', function () {
  this.timeout(300_000);

  for (const compiler of COMPILERS) {
    it(`compile with TypeScript ${compiler.version} as ES module, CommonJS and for a bundler, with lib es2020`, async () => {
      expect(await errorsIn(compiler, PLAIN)).to.deep.equal([]);
    });

    if (compiler.version >= FIRST_WITH_USING) {
      it(`support \`using\` in TypeScript ${compiler.version}`, async () => {
        expect(await errorsIn(compiler, DISPOSING)).to.deep.equal([]);
      });
    }
  }

  for (const compiler of [COMPILERS[0]!, ...COMPILERS.slice(-2)]) {
    it(`extend the types of vitest 3, 4 and 5, jest, mocha, chai and node:test in TypeScript ${compiler.version}`, async () => {
      expect(ofOurs(await errorsIn(compiler, RUNNERS))).to.deep.equal([]);
    });
  }
});
