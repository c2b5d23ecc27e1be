import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked, installPackage } from '../../installed.js';

/*
 * Projects in the runners that the repository does not test with:
 *
 *   <runner>/node_modules                        the runner, as its lock file says
 *   <runner>/.run/<project>                      copies of the tests
 *   <runner>/.run/node_modules/otel-span-cache   the package, as it is built: a copy, for it to find the runner
 *
 * Everything else that a project needs is resolved further up.
 */

/** The runners that have a folder here. */
export const INSTALLED_RUNNERS: readonly string[] = ['jest', 'vitest', 'vitest3', 'vitest5'];

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The runner whose fixture another version of it is tested with. */
export function fixtureOf(runner: string): string {
  return runner === 'vitest5' ? 'vitest' : runner;
}

/** Installs a runner, without a project. */
export function installRunnerItself(runner: string): void {
  // Jest's resolver has a binary per platform, and registries may lack some.
  installLocked(here(runner), ['install', '--no-save']);
}

/** Installs a runner, and the package as it is built next to it. Removes the projects of earlier runs. */
export function installRunner(runner: string): void {
  installRunnerItself(runner);
  rmSync(here(`${runner}/.run`), { recursive: true, force: true });
  installPackage(here(`${runner}/.run`));
}

/**
 * Copies files and folders into a project of a runner, and returns the project's folder.
 *
 * @param sources paths from the repository's root; of a folder, its contents are copied
 */
export function layOut(runner: string, project: string, sources: readonly string[]): string {
  const folder = here(`${runner}/.run/${project}`);
  for (const source of sources) cpSync(join(ROOT, source), folder, { recursive: true });
  return folder;
}
