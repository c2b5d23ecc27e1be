import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { newNode } from '../../installed.ts';
import { fixtureOf, installRunner, INSTALLED_RUNNERS, layOut } from './projects.ts';

/* Tests in the runners that the repository does not test with. */

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

for (const runner of INSTALLED_RUNNERS) {
  installRunner(runner);
  layOut(runner, 'fixture', [`test/testing/runners/${fixtureOf(runner)}/fixture`]);
  for (const file of ['checkout.mjs', 'service.mjs']) {
    layOut(runner, `fixture/${file}`, [`test/testing/runners/${file}`]);
  }
}

// In a version that is not the one of the lock file, node:test may word its report in another way.
const node = newNode();
const env = node === process.execPath ? process.env : { ...process.env, NEW_NODE: node };
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const files = ['installed-runners.ts', 'guide.ts'].map(here);
const args = [mocha, '--no-config', '--require', 'tsx', ...files];
const { status } = spawnSync(process.execPath, args, { env, stdio: 'inherit' });
process.exitCode = status ?? 1;
