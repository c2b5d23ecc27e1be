import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { installProjects } from './projects.js';

/* Runs what docs/recipes.md shows, with the packages from npm that it is about. */

installProjects();
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const recipes = fileURLToPath(new URL('*.recipes.ts', import.meta.url));
const flags = ['--no-config', '--parallel', '--jobs', '2', '--extension', 'ts', '--require', 'tsx'];
const { status } = spawnSync(process.execPath, [mocha, ...flags, '--timeout', '120000', recipes], { stdio: 'inherit' });
process.exitCode = status ?? 1;
