import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { listRunning, type ConsoleEntry } from '../processes/registry.js';
import { consoleVersion } from '../versions.js';
import { type Definition, DEFINITIONS } from './definitions.js';
import { FoundTools } from './found-tools.js';
import { isToolName } from './tools.js';

export interface StdioOptions {
  readonly pid?: number | undefined;
  /** Address of the console. Default: found in the list of running consoles. */
  readonly url?: string | undefined;
  /** Token for `url`. Default: from the list of running consoles. */
  readonly token?: string | undefined;
  readonly signal: AbortSignal;
  /** Default: standard input of the process. */
  readonly stdin?: Readable;
  /** Default: standard output of the process. */
  readonly stdout?: Writable;
  readonly listRunning?: () => Promise<readonly ConsoleEntry[]>;
}

/** Maximum size of a client's message. Tool calls are small. */
const MAX_MESSAGE_BYTES = 1_048_576;

const service = { type: 'string', description: 'name or pid; needed if several services run' } as const;

/** The tools, each with the argument that chooses a service. */
const STDIO_DEFINITIONS: readonly Definition[] = DEFINITIONS.map(withService);

function withService(definition: Definition): Definition {
  const { inputSchema } = definition;
  const properties = { ...(inputSchema['properties'] as object), service };
  return { ...definition, inputSchema: { ...inputSchema, properties } };
}

/**
 * Serves the tools over standard input and output, until the input ends or `signal` is aborted. Each call goes to the
 * console that runs at that time.
 */
export async function serveStdio(options: StdioOptions): Promise<void> {
  const [{ serveStdio: serve, StdioServerTransport }, { newServer }] = await Promise.all([
    import('@modelcontextprotocol/server/stdio'),
    import('./server.js'),
  ]);
  const { signal, stdin = process.stdin, stdout = process.stdout } = options;
  const tools = new FoundTools({ ...options, listRunning: options.listRunning ?? listRunning });
  const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: MAX_MESSAGE_BYTES });
  const ended = new Promise<void>((resolve) => {
    const close = transport.close.bind(transport);
    // The transport is closed however the connection ends.
    transport.close = () => close().finally(resolve);
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const served = serve(
    () =>
      newServer(consoleVersion(), STDIO_DEFINITIONS, (name, args, cancelled) =>
        isToolName(name) ? tools.call(name, args, AbortSignal.any([cancelled, signal])) : undefined,
      ),
    { transport, maxSubscriptions: 1 },
  );
  await ended;
  await served.close();
}
