import { Readable } from 'node:stream';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { TextStream } from '../../src/cli/terminal.js';
import type { ConsoleEntry } from '../../src/processes/registry.js';

/** An output like a terminal or a pipe that keeps the written text. */
export class FakeOutput implements TextStream {
  text = '';
  readonly isTTY: boolean;
  columns: number | undefined;
  rows: number | undefined;
  /** Code of the error that the next writes have. */
  failure: string | undefined;
  readonly #onError: ((error: NodeJS.ErrnoException) => void)[] = [];
  readonly #onWrite: ((text: string) => void)[] = [];

  constructor(isTTY = false, columns?: number, rows?: number) {
    this.isTTY = isTTY;
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): boolean {
    if (this.failure === undefined) {
      this.text += text;
      for (const listener of this.#onWrite) listener(this.text);
      return true;
    }
    const error = Object.assign(new Error(this.failure), { code: this.failure });
    setImmediate(() => this.#onError.forEach((listener) => listener(error)));
    return false;
  }

  on(_: 'error', listener: (error: NodeJS.ErrnoException) => void): void {
    this.#onError.push(listener);
  }

  once(): void {}

  hasColors(_: number, env: { readonly NO_COLOR?: string }): boolean {
    return env.NO_COLOR === undefined;
  }

  /** Fulfilled when the text has this in it. */
  async shows(wanted: string): Promise<void> {
    if (this.text.includes(wanted)) return;
    await new Promise<void>((resolve) => this.#onWrite.push((text) => text.includes(wanted) && resolve()));
  }
}

export interface CliOptions {
  readonly running?: readonly ConsoleEntry[] | (() => Promise<ConsoleEntry[]>);
  readonly env?: Readonly<Record<string, string>>;
  readonly stdout?: FakeOutput;
  readonly stderr?: FakeOutput;
  readonly input?: string;
  readonly inputIsTTY?: boolean;
  readonly signal?: AbortSignal;
  readonly now?: number;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { running = [], env = {}, input = '', signal, now } = options;
  const { stdout = new FakeOutput(), stderr = new FakeOutput() } = options;
  const stdin = Object.assign(Readable.from(input === '' ? [] : [input]), { isTTY: options.inputIsTTY ?? false });
  const listRunning = typeof running === 'function' ? running : () => Promise.resolve([...running]);
  const given = { listRunning, ...(now === undefined ? {} : { now: () => now }) };
  const code = await runCommandLine(
    argv,
    { stdin, stdout, stderr, env },
    signal ?? new AbortController().signal,
    given,
  );
  return { code, stdout: stdout.text, stderr: stderr.text };
}
