import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../environment.js';

export type Env = Readonly<Record<string, string>>;

/** Where `otel-span-cache` is the package itself, as it was built, and its optional peers are installed. */
const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** Loading all instrumentations takes a second or two, on a busy machine many times that. */
const TIMEOUT_MILLIS = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Waits for a text on standard output. */
  printed(text: string): Promise<void>;
  /** Waits for a text on standard error. */
  said(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Starts Node, by another program if one is given that takes it as its last arguments. */
export function start(args: readonly string[], env: Env = {}, cwd = FIXTURES, by: readonly string[] = []): Running {
  const [program, ...all] = [...by, process.execPath, ...args];
  const child = spawn(program!, all, {
    cwd,
    env: { ...cleanEnvironment('NO_COLOR'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MILLIS,
    killSignal: 'SIGKILL',
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
  }
  return {
    child,
    printed: async (text) => {
      while (!output.stdout.includes(text)) await once(child.stdout, 'data');
    },
    said: async (text) => {
      while (!output.stderr.includes(text)) await once(child.stderr, 'data');
    },
    ended: once(child, 'close').then((values) => {
      const [code, signal] = values as [number | null, NodeJS.Signals | null];
      if (signal === 'SIGKILL')
        throw new Error(`node ${args.join(' ')} did not end:\n${output.stdout}${output.stderr}`);
      return { code, signal, ...output };
    }),
  };
}

/** Runs Node to its end. */
export function run(args: readonly string[], env: Env = {}, cwd = FIXTURES): Promise<Ended> {
  return start(args, env, cwd).ended;
}

export interface Project {
  readonly folder: string;
  remove(): void;
}

/** A project of its own, with the fixtures, in which the package is installed, and of other packages only these. */
export function installProject(...packages: string[]): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'otel-span-cache-')));
  cpSync(FIXTURES, folder, { recursive: true });
  const installed = join(folder, 'node_modules');
  for (const part of ['package.json', 'dist']) {
    cpSync(join(PACKAGE, part), join(installed, 'otel-span-cache', part), { recursive: true });
  }
  for (const name of packages) {
    mkdirSync(dirname(join(installed, name)), { recursive: true });
    symlinkSync(pathOf(name), join(installed, name), 'junction');
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function pathOf(name: string): string {
  const main = createRequire(import.meta.url).resolve(name);
  return main.slice(0, main.lastIndexOf(name)) + name;
}
