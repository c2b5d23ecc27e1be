import { join } from 'node:path';
import { expectOutput, here, outputOf, ROOT } from './output.js';

/* The runners that the repository has: mocha with chai, and node:test. */

const [major] = process.versions.node.split('.').map(Number) as [number];

describe('otel-span-cache/testing', function () {
  this.timeout(60_000);

  it('is a plug-in of mocha and of chai', async () => {
    const mocha = [join(ROOT, 'node_modules/mocha/bin/mocha.js'), '--no-config', '--require', './hooks.mjs', 'shop.mjs'];

    expectOutput('mocha/output.txt', await outputOf(mocha, here('mocha')));
  });

  it('makes tests of node:test scopes', async function () {
    // Another version words its report in another way.
    if (major !== 20) this.skip();

    const output = await outputOf(['--test', '--test-reporter=tap', 'shop.mjs'], here('node'));

    expectOutput('node/output.txt', output);
  });
});
