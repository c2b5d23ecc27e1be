import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A script of the repository, with arguments that it refuses, and its sentence about them. */
const REFUSED: readonly (readonly [script: string, word: string, sentence: RegExp])[] = [
  ['bench/run.ts', 'nothing', /^There is no benchmark "nothing"\.$/],
  ['bench/run.ts', '--nothing', /^Unknown option '--nothing'/],
  ['bench/elsewhere/run.ts', 'nothing', /^There is no group "nothing"\.$/],
  ['bench/elsewhere/run.ts', '--rounds=0', /^--rounds must be a positive integer, got 0\.$/],
  ['test/matrix/run.ts', '--node=2', /^There is no such Node or line\.$/],
  ['.ci/mutation/run.ts', 'nothing', /^There is no folder "nothing"\.$/],
  ['.ci/messages/run.ts', '--nothing', /^Unknown option '--nothing'/],
  ['.ci/api-reference/write.ts', '--nothing', /^Unknown option '--nothing'/],
];

function run(script: string, word: string) {
  return spawnSync(process.execPath, ['--import', 'tsx', script, word], { cwd: ROOT, encoding: 'utf8' });
}

describe('the scripts of the repository', function () {
  this.timeout(120_000);

  for (const [script, word, sentence] of REFUSED) {
    it(`${script} refuses ${word} in one sentence, before its usage`, () => {
      const { status, stderr } = run(script, word);
      const [first, second, usage] = stderr.split('\n');
      expect(first).to.match(sentence);
      expect(second).to.equal('');
      expect(usage).to.match(/^[A-Z]/);
      expect(stderr).to.contain('  npm run ').and.not.contain('    at ');
      expect(status).to.equal(2);
    });
  }

  for (const script of new Set(REFUSED.map(([each]) => each))) {
    it(`${script} prints its usage with --help, and does nothing else`, () => {
      const { status, stdout, stderr } = run(script, '--help');
      expect(stdout).to.contain('  npm run ');
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
    });
  }
});
