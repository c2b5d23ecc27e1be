import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DocPage } from '../doc-page.js';
import { installLocked, installPackage } from '../installed.js';

/*
 * Where the recipes run:
 *
 *   <project>/node_modules                        what the recipes are about, as the lock file says
 *   <project>/.run/node_modules/otel-span-cache   the package, as it is built
 *   <project>/.run/<name>                         the page's files, and the fixtures
 */

export const PAGE = new DocPage('docs/recipes.md');

/** A project has packages that fit into one `node_modules`. */
export type Project = 'current' | 'sentry10' | 'otel3';

const PROJECTS: readonly Project[] = ['current', 'sentry10', 'otel3'];

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Installs all projects. Removes what earlier runs have left in them. */
export function installProjects(): void {
  for (const project of PROJECTS) {
    // Next.js has a compiler per platform, and registries may lack some.
    installLocked(here(project), ['install', '--no-save']);
    rmSync(here(`${project}/.run`), { recursive: true, force: true });
    installPackage(here(`${project}/.run`));
  }
}

/**
 * A folder of the project with all files of the page.
 *
 * @param edit what to change in them
 */
export function layOut(project: Project, name: string, edit: (code: string) => string = (code) => code): string {
  const folder = here(`${project}/.run/${name}`);
  mkdirSync(folder, { recursive: true });
  for (const [file, code] of PAGE.code()) writeFileSync(join(folder, file), edit(code));
  cpSync(here('fixtures/programs'), folder, { recursive: true });
  return folder;
}

/** Makes a Next.js application of a folder. */
export function addNextApp(folder: string): void {
  cpSync(here('fixtures/next'), folder, { recursive: true });
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The package.json of a package installed in a project. */
export function manifestOf(project: Project, name: string): Manifest {
  return JSON.parse(readFileSync(here(`${project}/node_modules/${name}/package.json`), 'utf8')) as Manifest;
}
