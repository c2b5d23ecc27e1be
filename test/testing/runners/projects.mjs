import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked, installPackage } from '../../installed.ts';

/*
 * Projects in the runners that the repository does not test with:
 *
 *   <runner>/node_modules                        the runner, as its lock file says
 *   <runner>/.run/<project>                      copies of what is tested
 *   <runner>/.run/node_modules/otel-span-cache   the package, as it is built: a copy, for it to find the runner
 *
 * What else a project needs is found further up.
 */

/** Those that have a folder here. */
export const INSTALLED_RUNNERS = ['jest', 'vitest', 'vitest3'];

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Installs a runner, and the package as it is built next to it. Removes the projects of earlier runs.
 *
 * @param {string} runner
 */
export function installRunner(runner) {
  // Jest's resolver has a binary per platform, and registries may lack some.
  installLocked(here(runner), ['install', '--no-save']);
  rmSync(here(`${runner}/.run`), { recursive: true, force: true });
  installPackage(here(`${runner}/.run`));
}

/**
 * Copies files and folders into a project of a runner.
 *
 * @param {string} runner
 * @param {string} project
 * @param {string[]} sources paths from the repository's root; what is in a folder is copied, without the folder
 * @returns {string} the project's folder
 */
export function layOut(runner, project, sources) {
  const folder = here(`${runner}/.run/${project}`);
  for (const source of sources) cpSync(join(ROOT, source), folder, { recursive: true });
  return folder;
}
