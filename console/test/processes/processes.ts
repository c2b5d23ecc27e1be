import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../../../test/environment.js';
import { askConsole, type ShownProcess } from './running-console.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MAIN = join(ROOT, 'console/dist/cli/main.js');

/** Programs of one test, with a home of their own, so that they find no console but their own ones. */
export class Programs {
  readonly #home = mkdtempSync(join(tmpdir(), 'otel-span-cache-console-'));
  readonly #running = new Set<Program>();

  start(args: readonly string[], env: Record<string, string> = {}): Program {
    const home = { XDG_RUNTIME_DIR: this.#home, HOME: this.#home };
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...cleanEnvironment(), ...home, ...env } });
    const program = new Program(child);
    this.#running.add(program);
    return program;
  }

  /** A fixture of this folder. */
  fixture(name: string, args: readonly string[] = [], env: Record<string, string> = {}): Program {
    return this.start([...args, fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))], env);
  }

  /** A fixture that serves a console by `otel-span-cache/register`. */
  service(name: string, env: Record<string, string> = {}): Program {
    const none = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' };
    const enabled = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http', OTEL_SPAN_CACHE_CONSOLE: '1' };
    return this.fixture(name, ['--import', 'otel-span-cache/register'], { ...none, ...enabled, ...env });
  }

  listen(...args: string[]): Program {
    return this.start([MAIN, 'listen', ...args]);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running].map((program) => program.kill('SIGKILL')));
    rmSync(this.#home, { recursive: true, force: true });
  }
}

export class Program {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #closed: Promise<unknown>;
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    this.#closed = once(child, 'close');
    child.stdout!.on('data', (text) => (this.stdout += String(text)));
    child.stderr!.on('data', (text) => (this.stderr += String(text)));
    child.stdin!.on('error', () => {});
  }

  say(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when it has ended. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await this.#exited;
  }

  /** Its exit code, once it has ended by itself and all of its output has come. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  /** First match of a text in what it writes. */
  async writes(text: RegExp, where: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    const end = performance.now() + 60_000;
    for (;;) {
      const found = text.exec(this[where]);
      if (found !== null) return found;
      if (performance.now() > end || this.#child.exitCode !== null)
        throw new Error(`no ${text} in ${JSON.stringify({ stdout: this.stdout, stderr: this.stderr })}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Its console, once it listens. */
  async console(): Promise<{ ask<T>(path: string): Promise<T>; others(): Promise<ShownProcess[]> }> {
    const [, url, token] = await this.writes(/ at (http:\S+?)#(\S+)/, 'stderr');
    const ask = async <T>(path: string) => askConsole<T>(url!, token!, path);
    return {
      ask,
      async others() {
        const { processes } = await ask<{ processes: ShownProcess[] }>('hello');
        return processes.filter(({ origin }) => origin !== 'host');
      },
    };
  }
}
