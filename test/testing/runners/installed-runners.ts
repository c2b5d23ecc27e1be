import { expect } from 'chai';
import { compile } from '../../compile.js';
import { expectOutput, here, outputOf } from './output.js';

/* The runners that run.mjs installs. */

describe('otel-span-cache/testing', function () {
  this.timeout(120_000);

  it('has matchers for jest', async () => {
    const jest = ['../../node_modules/jest/bin/jest.js', '--runInBand'];

    expectOutput('jest/output.txt', await outputOf(jest, here('jest/.run/fixture')));
  });

  it('makes tests of vitest scopes, and has matchers for it', async () => {
    const vitest = ['../../node_modules/vitest/vitest.mjs', 'run', '--reporter=default'];

    expectOutput('vitest/output.txt', await outputOf(vitest, here('vitest/.run/fixture')));
  });

  it('has assertions for t.assert of node:test', async function () {
    const node = process.env['NEW_NODE'];
    if (node === undefined) this.skip();

    const output = await outputOf(['--test', '--test-reporter=tap', 'assertions.mjs'], here('node'), node);

    expectOutput('node/assertions-output.txt', output);
  });

  for (const runner of ['jest', 'vitest']) {
    it(`has types for ${runner}`, async () => {
      const flags = ['--module', 'nodenext', '--types', runner === 'jest' ? 'jest' : '', '--typeRoots', here(`${runner}/node_modules/@types`), '--skipLibCheck'];

      expect(await compile(here(`${runner}/.run/fixture/types.mts`), ...flags)).to.equal('');
    });
  }
});
