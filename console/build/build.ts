import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RELATIVE_IMPORT } from '../../.ci/build/declarations.js';
import { buildPage } from './page.js';
import { bundleWorker } from './worker.js';

/*
 * Builds the package, in `dist`: an ES module without comments for each source file, the bundle of the worker, and the
 * declarations that the entry leads to.
 *
 * Types are checked against the sources of `otel-span-cache`, by `tsc -p console`; here they come from its build, which
 * has to be there.
 */

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(PACKAGE, 'dist');
const ENTRY = 'index.d.ts';
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

rmSync(DIST, { recursive: true, force: true });
compile('--emitDeclarationOnly');
compile('--declaration', 'false', '--removeComments', '--noCheck');
removeDeclarationsBeyond(ENTRY);
chmodSync(join(DIST, 'cli/main.js'), 0o755);
await bundleWorker();
await buildPage();

function compile(...flags: string[]): void {
  const { status } = spawnSync(process.execPath, [TSC, '-p', 'build', ...flags], { cwd: PACKAGE, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

/** Deletes the declarations that an entry does not lead to. */
function removeDeclarationsBeyond(entry: string): void {
  const reached = new Set([entry]);
  for (const path of reached) {
    for (const [, , specifier] of readFileSync(join(DIST, path), 'utf8').matchAll(RELATIVE_IMPORT)) {
      reached.add(posix.join(posix.dirname(path), specifier!).replace(/\.js$/, '.d.ts'));
    }
  }
  for (const path of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.d.ts') && !reached.has(path.replaceAll('\\', '/'))) rmSync(join(DIST, path));
  }
}
