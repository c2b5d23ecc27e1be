import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked, newNode } from '../../installed.js';

/*
 * Tests in the runners that the repository does not test with. Installs them, and lays out a project for each:
 *
 *   <runner>/node_modules                        the runner, as its lock file says
 *   <runner>/.run                                the project: a copy of `fixture`
 *   <runner>/.run/node_modules/otel-span-cache   the package, as it is built: a copy, for it to find the runner
 *
 * The OpenTelemetry API is found further up.
 */

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

for (const runner of ['jest', 'vitest']) {
  // Jest's resolver has a binary per platform, and registries may lack some.
  installLocked(here(runner), ['install', '--no-save']);
  const project = here(`${runner}/.run`);
  rmSync(project, { recursive: true, force: true });
  cpSync(here(`${runner}/fixture`), project, { recursive: true });
  cpSync(here('checkout.mjs'), join(project, 'checkout.mjs'));
  const installed = join(project, 'node_modules/otel-span-cache');
  mkdirSync(installed, { recursive: true });
  cpSync(here('../../../package.json'), join(installed, 'package.json'));
  for (const folder of ['dist', 'src']) cpSync(here(`../../../${folder}`), join(installed, folder), { recursive: true });
}

// In a version that is not the one of the lock file, node:test may word its report in another way.
const node = newNode();
const env = node === process.execPath ? process.env : { ...process.env, NEW_NODE: node };
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const { status } = spawnSync(process.execPath, [mocha, '--no-config', '--require', 'tsx', here('installed-runners.ts')], {
  env,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
