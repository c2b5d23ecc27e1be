import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shareDeclarations } from './declarations.js';

/*
 * Builds the package, in `dist`:
 *
 *   esm/**.js    an ES module for each source file, without its comments
 *   cjs/**.js    the same as CommonJS, which `cjs/package.json` says
 *   cjs/**.d.ts  with the docstrings: only what can be reached from a public entry
 *   esm/**.d.ts  of the entries alone, which lead to those of cjs
 *
 * One file for each source file, neither bundled nor minified: a stack trace names the functions and files of the
 * sources, and two entries share the modules that both load. That needs no source maps.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ESM = join(ROOT, 'dist/esm');
const CJS = join(ROOT, 'dist/cjs');
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
const succeeded = await Promise.all([
  tsc('src', '--emitDeclarationOnly'),
  // The run above checks the same types; the one below checks them as CommonJS.
  tsc('src', '--declaration', 'false', '--removeComments', '--noCheck'),
  tsc('src/tsconfig.cjs.json', '--declaration', 'false', '--removeComments'),
]);
if (succeeded.includes(false)) process.exit(1);

mkdirSync(CJS, { recursive: true });
writeFileSync(join(CJS, 'package.json'), '{"type":"commonjs"}\n');
shareDeclarations(ESM, CJS);

/** Whether the compiler had nothing to say. */
function tsc(project: string, ...flags: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const compiler = spawn(process.execPath, [TSC, '-p', project, ...flags], { cwd: ROOT, stdio: 'inherit' });
    compiler.on('close', (code) => resolve(code === 0));
  });
}
