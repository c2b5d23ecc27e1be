import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectOutput, here, outputOf, ROOT } from './output.js';

/* The runners that the repository has: mocha with chai, and node:test. */

const [major] = process.versions.node.split('.').map(Number) as [number];

describe('otel-span-cache/testing', function () {
  this.timeout(60_000);

  it('is a plug-in of mocha and of chai', async () => {
    const mocha = [
      join(ROOT, 'node_modules/mocha/bin/mocha.js'),
      '--no-config',
      '--require',
      './hooks.mjs',
      'shop.mjs',
    ];

    expectOutput('mocha/output.txt', await outputOf(mocha, here('mocha')));
  });

  it('M2: a context entered by a hook after an await does not reach a test of mocha; the scope of the root hooks does', async () => {
    const mocha = [
      join(ROOT, 'node_modules/mocha/bin/mocha.js'),
      '--no-config',
      '--require',
      './hooks.mjs',
      'async-hooks.mjs',
    ];

    expectOutput('mocha/async-hooks-output.txt', await outputOf(mocha, here('mocha')));
  });

  it('M11: each runner shows the difference of the two trees line by line, and node:test the unchanged message', () => {
    for (const runner of ['mocha', 'jest', 'vitest', 'vitest3']) {
      const shown = readFileSync(here(`${runner}/output.txt`), 'utf8');
      expect(shown, runner).to.match(/^ *checkout\n *[-+] +refund$/m);
    }
    expect(readFileSync(here('node/output.txt'), 'utf8')).to.include(
      'checkout\n    ✗ └─ charge\n            amount: expected 2, got 1\n',
    );
  });

  it('makes tests of node:test scopes, each with its own spans', async function () {
    // Another version words its report in another way.
    if (major !== 20) this.skip();

    const output = await outputOf(['--test', '--test-reporter=tap', 'shop.mjs'], here('node'));

    expectOutput('node/output.txt', output);
  });
});
