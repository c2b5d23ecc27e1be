import type { Readable } from 'node:stream';
import { painted, piece, cut, type Line } from '../text/styled.js';
import { visible, visibleJson } from '../text/visible.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A stream to write text to: a terminal, a pipe, or a buffer in a test. */
export interface TextStream {
  write(text: string): boolean;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  hasColors?(count: number, env: object): boolean;
}

export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Environment;
}

const PIPE_COLUMNS = 120;
const LEAST_COLUMNS = 40;
const DEFAULT_ROWS = 24;

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_REST_OF_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const CLEAR_SCREEN = '\x1b[H\x1b[2J';

/**
 * The two outputs of the command: results on standard output, remarks on standard error.
 *
 * If the reader of standard output exits, as `head` does, `closed` is aborted and all further output is dropped.
 */
export class Terminal {
  readonly #streams: Streams;
  readonly #closed = new AbortController();
  readonly colors: boolean;
  readonly #errorColors: boolean;
  /** Number of lines of the last block, which the next block replaces. */
  #drawn = 0;
  #drawnWidth = 0;
  #cursorHidden = false;
  #failure: Error | undefined;

  constructor(streams: Streams) {
    this.#streams = streams;
    this.colors = hasColors(streams.stdout, streams.env);
    this.#errorColors = hasColors(streams.stderr, streams.env);
    streams.stdout.on('error', (error) => this.#onError(error));
    // If standard error fails, there is nowhere to report it.
    streams.stderr.on('error', () => {});
  }

  /** Aborted when nobody reads standard output any more. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Why standard output failed; undefined if its reader merely exited. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Width in columns. */
  get width(): number {
    const { stdout, env } = this.#streams;
    // A terminal whose size was never set, as over a serial line or in a container, reports 0.
    const columns = (stdout.isTTY === true && stdout.columns) || Number(env['COLUMNS']);
    return columns > 0 ? Math.max(LEAST_COLUMNS, Math.floor(columns)) : PIPE_COLUMNS;
  }

  /** Whether a user is there to answer a question. */
  get interactive(): boolean {
    return this.#streams.stdin.isTTY === true && this.#streams.stderr.isTTY === true;
  }

  /** Whether a block can be drawn over the previous one. */
  get canRedraw(): boolean {
    return this.#streams.stdout.isTTY === true && this.#streams.env['TERM'] !== 'dumb';
  }

  /** Writes lines for people, cut to the width. Waits for a slow reader. */
  async print(lines: readonly Line[]): Promise<void> {
    const { width } = this;
    await this.#write(lines.map((line) => `${painted(cut(line, width), this.colors)}\n`).join(''));
  }

  /** Writes lines that may be longer than the terminal is wide. */
  async printText(lines: readonly Line[]): Promise<void> {
    await this.#write(lines.map((line) => `${painted(line, this.colors)}\n`).join(''));
  }

  /** Writes one JSON text on a line of its own. */
  async printJson(value: unknown): Promise<void> {
    await this.#write(`${visibleJson(value)}\n`);
  }

  /** Draws a block of lines over the previous block. The last lines are left out if the terminal has fewer rows. */
  async redraw(lines: readonly Line[]): Promise<void> {
    const { width } = this;
    const room = (this.#streams.stdout.rows || DEFAULT_ROWS) - 1;
    const shown = lines.slice(0, Math.max(1, room));
    const start = `${this.#cursorHidden ? '' : HIDE_CURSOR}${this.#backToStart(width)}`;
    const body = shown.map((line) => `${painted(cut(line, width), this.colors)}${CLEAR_REST_OF_LINE}\n`).join('');
    this.#cursorHidden = true;
    this.#drawn = shown.length;
    this.#drawnWidth = width;
    await this.#write(`${start}${body}${CLEAR_BELOW}`);
  }

  /** Writes a remark about the results to standard error. */
  note(text: string): void {
    this.noteLine([piece(text, 'dim')]);
  }

  noteLine(line: Line): void {
    // The next block is drawn below the remark.
    this.#drawn = 0;
    this.#streams.stderr.write(`${painted(line, this.#errorColors)}\n`);
  }

  /** Writes a failure to standard error: the name of the command, then the message. */
  error(message: string): void {
    const [sentence = '', ...details] = message.split('\n').map((line) => visible(line));
    const name = painted([piece('otel-span-cache-console:', 'red')], this.#errorColors);
    this.#streams.stderr.write(`${[`${name} ${sentence}`, ...details].join('\n')}\n`);
  }

  /** Restores the terminal. */
  restore(): void {
    if (this.#cursorHidden) this.#streams.stdout.write(SHOW_CURSOR);
    this.#cursorHidden = false;
  }

  /** If the width has changed, the terminal has wrapped the previous lines, and their number is unknown. */
  #backToStart(width: number): string {
    if (this.#drawn === 0) return '\r';
    return width === this.#drawnWidth ? `\x1b[${this.#drawn}A\r` : CLEAR_SCREEN;
  }

  async #write(text: string): Promise<void> {
    if (text === '' || this.#closed.signal.aborted) return;
    const { stdout } = this.#streams;
    if (stdout.write(text) || this.#closed.signal.aborted) return;
    await new Promise<void>((resolve) => {
      stdout.once('drain', resolve);
      stdout.once('close', resolve);
      this.#closed.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (error.code !== 'EPIPE') this.#failure ??= error;
    this.#closed.abort();
  }
}

/**
 * Whether to use colours: in a terminal as Node.js decides, which respects `NO_COLOR` and `FORCE_COLOR`; elsewhere only
 * with `FORCE_COLOR`.
 */
function hasColors(stream: TextStream, env: Environment): boolean {
  if (stream.isTTY === true) return stream.hasColors?.(16, env) ?? false;
  const forced = env['FORCE_COLOR'];
  return forced !== undefined && !['', '0', 'false'].includes(forced);
}
