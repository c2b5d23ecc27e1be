import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { installLocked, newNode } from '../installed.mjs';

/*
 * Runs the scenario tests and the type tests against the 3.x line of the OpenTelemetry SDK.
 *
 *   test/otel3/node_modules     the 3.x SDK
 *   test/otel3/.run/src         the compiled package: what 2.x users run, unchanged
 *   test/otel3/.run/test        the tests, with the 3.x twins of sdk.ts and sdk-types.ts
 *   test/otel3/.run/dist        the package as programs load it that the tests start
 *
 * From `.run`, an import of `@opentelemetry/…` finds the 3.x packages first; mocha, chai and the like are
 * found further up. 3.x needs Node 22.15; an older one gets a newer Node from npm for the run.
 */

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const require = createRequire(import.meta.url);

installLocked(here('.'));
layOut();
const node = newNode();
console.log(`Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`);
const mocha = require.resolve('mocha/bin/mocha.js');
const required = ['tsx', here('only-3.x.mjs')].flatMap((module) => ['--require', module]);
run(node, [mocha, '--no-config', ...required, 'test/**/*.test.ts']);

function layOut() {
  rmSync(here('.run'), { recursive: true, force: true });
  mkdirSync(here('.run/test/model'), { recursive: true });
  cpSync(here('../../dist/esm'), here('.run/src'), { recursive: true });
  cpSync(here('../../dist'), here('.run/dist'), { recursive: true });
  cpSync(here('../../package.json'), here('.run/package.json'));
  cpSync(here('../../docs'), here('.run/docs'), { recursive: true });
  for (const folder of ['scenarios', 'register']) {
    cpSync(here(`../${folder}`), here(`.run/test/${folder}`), { recursive: true });
  }
  for (const shared of ['compile.ts', 'environment.ts', 'model/otel-types.ts', 'model/otel.types.test.ts']) {
    cpSync(here(`../${shared}`), here(`.run/test/${shared}`));
  }
  for (const twin of ['sdk.ts', 'sdk-types.ts']) {
    cpSync(here(twin), here(`.run/test/${twin}`));
  }
  // Named so only there: here it is no test of the 2.x line.
  cpSync(here('line.ts'), here('.run/test/line.test.ts'));
}

function run(command, args) {
  try {
    execFileSync(command, args, { cwd: here('.run'), stdio: 'inherit' });
  } catch (error) {
    process.exitCode = error.status ?? 1;
  }
}
