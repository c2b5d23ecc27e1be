import { cpSync } from 'node:fs';
import { expect } from 'chai';
import { compile } from '../../compile.js';
import { expectOutput, here, outputOf } from './output.js';
import { fixtureOf } from './projects.js';

/* The runners that run.mjs installs. */

/** Given by run.mjs if it is not this one: vitest 5 needs Node.js 22.12. */
const NEW_NODE = process.env['NEW_NODE'] ?? process.execPath;

describe('otel-span-cache/testing', function () {
  this.timeout(120_000);

  it('has matchers for jest, and makes its tests scopes', async () => {
    const jest = ['../../node_modules/jest/bin/jest.js', '--runInBand', 'shop.test.js'];

    expectOutput('jest/output.txt', await outputOf(jest, here('jest/.run/fixture')));
  });

  it('has scopes whose snapshots contain their traces in a jest without the set-up', async () => {
    const jest = ['../../node_modules/jest/bin/jest.js', '--runInBand', '--config', '{}', 'plain.test.js'];

    const output = await outputOf(jest, here('jest/.run/fixture'));

    expect(output).to.include('✓ hold the trace tree').and.to.include('✕ fail where the trace is another one');
  });

  // Instrumentations patch required modules; jest has a module registry of its own for each test file.
  it('M14: automatic instrumentation under jest yields no HTTP span, which the failure explains; remoteScope() reads the service', async () => {
    const jest = ['../../node_modules/jest/bin/jest.js', '--runInBand', 'http.test.js'];

    expectOutput('jest/http-output.txt', await outputOf(jest, here('jest/.run/fixture')));
  });

  it('M3: aroundEach with a scope works in vitest, even for concurrent tests, and so do the matchers', async () => {
    const vitest = ['../../node_modules/vitest/vitest.mjs', 'run', '--reporter=default'];

    expectOutput('vitest/output.txt', await outputOf(vitest, here('vitest/.run/fixture')));
  });

  it('has matchers for a vitest without aroundEach, and makes selected tests scopes', async () => {
    const vitest = ['../../node_modules/vitest/vitest.mjs', 'run', '--reporter=default'];

    expectOutput('vitest3/output.txt', await outputOf(vitest, here('vitest3/.run/fixture')));
  });

  it('works the same in the newest vitest', async () => {
    const vitest = ['../../node_modules/vitest/vitest.mjs', 'run', '--reporter=default'];

    expectOutput('vitest5/output.txt', await outputOf(vitest, here('vitest5/.run/fixture'), NEW_NODE));
  });

  it('can be required, except for the entry for vitest, which vitest itself prevents', async () => {
    const output = await outputOf(['--eval', "require('otel-span-cache/testing/vitest')"], here('vitest/.run/fixture'));

    expect(output).to.include('Vitest cannot be imported in a CommonJS module using require()');
  });

  it('has assertions for t.assert of node:test', async function () {
    const node = process.env['NEW_NODE'];
    if (node === undefined) this.skip();

    const output = await outputOf(['--test', '--test-reporter=tap', 'assertions.mjs'], here('node'), node);

    expectOutput('node/assertions-output.txt', output);
  });

  for (const runner of ['jest', 'vitest', 'vitest3', 'vitest5']) {
    for (const kind of ['mts', 'cts']) {
      it(`has types for ${runner}, in a file that is .${kind}`, async () => {
        const file = here(`${runner}/.run/fixture/types.${kind}`);
        cpSync(here(`${fixtureOf(runner)}/fixture/types.mts`), file);
        const types = [
          '--types',
          runner === 'jest' ? 'jest' : '',
          '--typeRoots',
          here(`${runner}/node_modules/@types`),
        ];

        expect(await compile(file, '--module', 'nodenext', ...types, '--skipLibCheck')).to.equal('');
      });
    }
  }
});
