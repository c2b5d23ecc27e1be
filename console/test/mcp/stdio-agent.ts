import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/client';
import { PassThrough } from 'node:stream';
import type { ConsoleEntry } from '../../src/processes/registry.js';
import { serveStdio, type StdioOptions } from '../../src/mcp/stdio.js';
import { connect1, connect2, type Agent, type Generation } from './agent-console.js';

export interface StdioAgent extends Agent {
  /** Everything that was written to standard output. */
  written(): string;
  /** Resolves when the server has ended. */
  readonly ended: Promise<void>;
  endInput(): void;
}

/** A client connected to the server by streams instead of the standard streams of the process. */
export async function stdioAgent(
  running: () => readonly ConsoleEntry[] | Promise<readonly ConsoleEntry[]>,
  { generation = 2, ...options }: Partial<StdioOptions> & { generation?: Generation } = {},
): Promise<StdioAgent> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const interrupted = new AbortController();
  const ended = serveStdio({
    signal: interrupted.signal,
    stdin,
    stdout,
    listRunning: async () => running(),
    ...options,
  });
  let written = '';
  const transport = new StreamsTransport(stdin, stdout, (text) => (written += text));
  const agent = await (generation === 2 ? connect2(transport as never) : connect1(transport as never));
  return { ...agent, written: () => written, ended, endInput: () => stdin.end() };
}

class StreamsTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: never) => void;
  readonly #buffer = new ReadBuffer();
  readonly #stdin: PassThrough;
  readonly #stdout: PassThrough;
  readonly #onText: (text: string) => void;

  constructor(stdin: PassThrough, stdout: PassThrough, onText: (text: string) => void) {
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.#onText = onText;
  }

  async start(): Promise<void> {
    this.#stdout.on('data', (chunk: Buffer) => {
      this.#onText(chunk.toString());
      this.#buffer.append(chunk);
      for (let message = this.#buffer.readMessage(); message !== null; message = this.#buffer.readMessage()) {
        this.onmessage?.(message as never);
      }
    });
  }

  async send(message: Parameters<typeof serializeMessage>[0]): Promise<void> {
    this.#stdin.write(serializeMessage(message));
  }

  async close(): Promise<void> {
    this.#stdin.end();
    this.onclose?.();
  }
}
