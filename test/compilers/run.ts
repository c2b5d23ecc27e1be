import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { DISPOSING, PLAIN, RUNNERS } from './programs.js';
import { installProjects } from './projects.js';

/* Type-checks programs that use the package with each compiler that it is for, the oldest included. */

installProjects([...PLAIN, ...DISPOSING, ...RUNNERS]);
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const tests = fileURLToPath(new URL('compilers.ts', import.meta.url));
const { status } = spawnSync(process.execPath, [mocha, '--no-config', '--require', 'tsx', tests], { stdio: 'inherit' });
process.exitCode = status ?? 1;
