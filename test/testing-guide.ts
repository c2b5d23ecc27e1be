import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommand } from './command.js';
import { DocPage } from './doc-page.js';
import { cleanEnvironment } from './environment.js';

/* docs/testing.md, and how to run what it shows. */

const PAGE = new DocPage('docs/testing.md');

/** The files of the page's JavaScript, by how tests run them. */
export const SHOWN = {
  /** Imported or started by other files. */
  parts: ['shop.mjs', 'service.mjs', 'hooks.mjs', 'vitest.config.mjs', 'jest.config.cjs'],
  programs: ['first-trace.mjs', 'own-provider.mjs'],
  failing: ['forgotten.mjs'],
  mocha: ['shop.spec.mjs', 'store.spec.mjs', 'snapshot.spec.mjs'],
  node: ['shop.test.mjs', 'server.test.cjs', 'remote.test.mjs', 'queue.test.mjs', 'errors.test.mjs', 'logs.test.mjs'],
  /** For a node:test that has `t.assert`. */
  newNode: ['snapshot.test.mjs'],
  vitest: ['shop.vitest.test.mjs'],
  jest: ['shop.jest.test.cjs'],
} as const;

/** The page's JavaScript, by the file name in its first line. */
export function codeOfGuide(): Map<string, string> {
  return PAGE.code();
}

/** Texts as a terminal shows them. */
export function outputsOfGuide(): string[] {
  return PAGE.blocks('text');
}

/** The commands of the page. */
export function commandsOfGuide(): string[] {
  return PAGE.blocks('sh').flatMap((block) => block.trim().split('\n'));
}

/** Languages of the blocks that no test runs or compares. */
export function otherBlocksOfGuide(): string[] {
  return [...PAGE.text.matchAll(/^```(\w*)\n.*?^```$/gms)]
    .map(([, language]) => language!)
    .filter((language) => !['js', 'sh', 'text'].includes(language));
}

/** Writes the files of these kinds, and the parts that they need, into a folder. */
export function writeGuide(folder: string, ...kinds: (keyof typeof SHOWN)[]): void {
  const code = codeOfGuide();
  for (const name of ['parts' as const, ...kinds].flatMap((kind) => SHOWN[kind])) {
    writeFileSync(join(folder, name), code.get(name)!);
  }
}

export interface Ran {
  readonly failed: boolean;
  readonly printed: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: string;
}

/** Runs a program of Node until it exits. */
export function runNode(cwd: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, node = process.execPath } = options;
  const all = { ...cleanEnvironment('PG'), CI: '1', NO_COLOR: '1', ...env };
  return new Promise((resolve) => {
    execFile(node, args, { cwd, env: all, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, printed: stdout + stderr });
    });
  });
}

/** Runs a command of the page as a shell would. */
export function runCommand(cwd: string, line: string, options?: RunOptions): Promise<Ran> {
  const { args, env } = parseCommand(line, cwd);
  return runNode(cwd, args, { ...options, env: { ...options?.env, ...env } });
}
