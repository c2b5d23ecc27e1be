import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shareDeclarations } from './declarations.js';

/*
 * Builds the package in `dist`:
 *
 *   esm/**.js    an ES module for each source file, without comments
 *   cjs/**.js    a CommonJS module for each source file, marked as such by `cjs/package.json`
 *   cjs/**.d.ts  declarations with docstrings, only of modules reachable from a public entry
 *   esm/**.d.ts  declarations of the entries only, which import from cjs
 *
 * The modules are neither bundled nor minified, so that stack traces name the functions and files of the sources
 * without source maps, and entries share the modules that they load.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ESM = join(ROOT, 'dist/esm');
const CJS = join(ROOT, 'dist/cjs');
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
const succeeded = await Promise.all([
  tsc('src', '--emitDeclarationOnly'),
  // No type check here, because the run above checks the same types. The run below checks them as CommonJS.
  tsc('src', '--declaration', 'false', '--removeComments', '--noCheck'),
  tsc('src/tsconfig.cjs.json', '--declaration', 'false', '--removeComments'),
]);
if (succeeded.includes(false)) process.exit(1);

mkdirSync(CJS, { recursive: true });
writeFileSync(join(CJS, 'package.json'), '{"type":"commonjs"}\n');
shareDeclarations(ESM, CJS);

/** Runs the compiler. Resolves with whether it found no errors. */
function tsc(project: string, ...flags: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const compiler = spawn(process.execPath, [TSC, '-p', project, ...flags], { cwd: ROOT, stdio: 'inherit' });
    compiler.on('close', (code) => resolve(code === 0));
  });
}
