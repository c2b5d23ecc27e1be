import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked, installPackage } from '../installed.js';
import { fixtureOf, installRunnerItself, INSTALLED_RUNNERS } from '../testing/runners/projects.js';
import type { Compiler } from './versions.js';

/*
 * Small programs of TypeScript users, and the compilers that check them:
 *
 *   node_modules/typescript-<version>      the compilers before the repository's own, as the lock file says
 *   .run/<project>/                        a copy of the checked program
 *   .run/<project>/node_modules            the package, as it is built; and links to what a project has besides
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A program to check. The declarations are checked with it: `skipLibCheck` is off. */
export interface Program {
  /** The folder below `.run`. */
  readonly project: string;
  /** From the repository's root. */
  readonly source: string;
  /** Name of the copy, whose extension decides the kind of module. */
  readonly file: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Packages of the project besides this one: by name, a folder of the repository. */
  readonly packages?: Readonly<Record<string, string>>;
}

/** Installs the compilers, and the runners whose types the package adds to. Lays out the projects. */
export function installProjects(programs: readonly Program[]): void {
  installLocked(here('.'));
  for (const runner of INSTALLED_RUNNERS) installRunnerItself(runner);
  rmSync(here('.run'), { recursive: true, force: true });
  const projects = new Map(programs.map((program) => [program.project, program]));
  for (const { project, packages = {} } of projects.values()) {
    installPackage(here(`.run/${project}`));
    for (const [name, folder] of Object.entries(packages))
      link(join(ROOT, folder), here(`.run/${project}/node_modules/${name}`));
  }
  for (const { project, source, file } of programs) cpSync(join(ROOT, source), here(`.run/${project}/${file}`));
}

/** Type-checks a program. Returns what the compiler says, a line for each error. */
export function check({ tsc, version }: Compiler, { project, file, options }: Program): Promise<string[]> {
  const config = here(`.run/${project}/${file}.${version}.json`);
  const compilerOptions = { noEmit: true, strict: true, skipLibCheck: false, target: 'es2020', types: [], ...options };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: [file] }));
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '--pretty', 'false', '-p', config], (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
      resolve(error !== null && said.length === 0 ? [error.message] : said);
    });
  });
}

/** The types of a runner, where it is installed. */
export function typesOf(runner: string): string {
  return `test/testing/runners/${fixtureOf(runner)}/fixture/types.mts`;
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'junction');
}
