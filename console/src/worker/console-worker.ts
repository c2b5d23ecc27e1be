import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import process from 'node:process';
import type { MessagePort } from 'node:worker_threads';
import type { Clock } from '../api/engine-parts.js';
import { ConsoleClock } from '../engine/console-clock.js';
import type { BatchRoute } from '../http/batch-route.js';
import type { Mount } from '../http/console-app.js';
import type { Responder, ResponderContext } from '../http/responder.js';
import { startServer, type RunningServer } from '../http/server.js';
import type { HostMessage, WorkerMessage, WorkerStart } from '../link/messages.js';
import { JOIN_PATH, joinTokenOf } from '../processes/join/join-protocol.js';
import type { ConsoleCore } from './console-core.js';

const CLOCK: Clock = new ConsoleClock();

/** Where the worker's code runs. */
export interface RunOptions {
  /** Whether its server is unref'ed. Not needed in a separate thread, which is unref'ed as a whole. */
  readonly unref: boolean;
}

/**
 * Starts everything that runs in the worker, connected to the service by a port: receives spans, assembles traces, and
 * serves clients. If it cannot listen, posts the reason to the service, and ends.
 */
export async function startConsoleWorker(port: MessagePort, start: WorkerStart, options: RunOptions): Promise<void> {
  const worker = new ConsoleWorker(port, start);
  try {
    await worker.listen(options);
  } catch (error) {
    await worker.fail(error);
  }
}

/**
 * The worker: listens, and loads everything else when it is needed.
 *
 * ```text
 *   at the start                     listens, checks requests
 *   first spans, first request       ConsoleCore: takes spans in and keeps them
 *   first request                    ConsoleApi and Responder, with the packages that they stand on
 *   first request of an agent        the tools
 * ```
 */
class ConsoleWorker {
  readonly #port: MessagePort;
  readonly #start: WorkerStart;
  readonly #since = CLOCK.now();
  #loading: Promise<ConsoleCore> | undefined;
  #core: ConsoleCore | undefined;
  /** Messages that came before the core was there, in their order. The service bounds the batches that are on their way. */
  readonly #early: Exclude<HostMessage, { type: 'close' }>[] = [];
  #server: RunningServer | undefined;
  #closed = false;

  constructor(port: MessagePort, start: WorkerStart) {
    this.#port = port;
    this.#start = start;
    port.on('message', this.#onMessage);
    port.once('close', () => void this.close());
  }

  async listen({ unref }: RunOptions): Promise<void> {
    const { listen: address, otlpPort: wantedPort } = this.#start;
    const otlpPort = wantedPort === undefined ? undefined : await (await this.#load()).takeOtlp(unref);
    this.#server = await startServer((context) => this.#loadResponder(context), {
      ...address,
      joinToken: joinTokenOf(address.token),
      batches: this.#batches,
      unref,
    });
    const { url, port } = this.#server;
    this.#post({ type: 'listening', url, port, otlpPort });
  }

  /** Posts the reason to the service, and ends. */
  async fail(error: unknown): Promise<void> {
    if (!this.#closed) this.#post({ type: 'failed', error: (error as Error).message });
    await this.close();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const core = await this.#loading?.catch(() => undefined);
    core?.letGo();
    await this.#server?.close();
    await core?.close();
    this.#post({ type: 'closed' });
    this.#port.close();
  }

  /** If that fails, the worker ends, as nothing could take spans in: a thread remembers an import that failed. */
  #load(): Promise<ConsoleCore> {
    if (this.#loading === undefined) {
      this.#loading = this.#loadCore();
      this.#loading.catch((error: unknown) => void this.fail(error));
    }
    return this.#loading;
  }

  async #loadCore(): Promise<ConsoleCore> {
    const { ConsoleCore } = await import('./console-core.js');
    const link = { postMessage: (message: WorkerMessage) => this.#post(message) };
    const core = new ConsoleCore({ start: this.#start, link, clock: CLOCK, since: this.#since });
    for (const message of this.#early.splice(0)) core.onMessage(message);
    this.#core = core;
    return core;
  }

  async #loadResponder(context: ResponderContext): Promise<Responder> {
    const [{ engine, host }, { ConsoleApi }, { Responder }] = await Promise.all([
      this.#load(),
      import('../api/console-api.js'),
      import('../http/responder.js'),
    ]);
    const { startedAt, cacheVersion, consoleVersion } = this.#start;
    const versions = { console: consoleVersion, cache: cacheVersion, node: process.versions.node };
    const epoch = { id: randomUUID(), startedAt, versions };
    return Responder.create(new ConsoleApi({ engine, host, epoch, clock: CLOCK }), context, { mount: mountTools });
  }

  get #batches(): BatchRoute {
    return {
      path: JOIN_PATH,
      answer: async (request: IncomingMessage, response: ServerResponse) => {
        try {
          const { batches } = this.#core ?? (await this.#load());
          await batches.answer(request, response);
        } catch {
          response.destroy();
        }
      },
    };
  }

  readonly #onMessage = (message: HostMessage): void => {
    if (message.type === 'close') void this.close();
    else if (this.#core !== undefined) this.#core.onMessage(message);
    else {
      this.#early.push(message);
      void this.#load();
    }
  };

  #post(message: WorkerMessage): void {
    this.#port.postMessage(message);
  }
}

const mountTools: Mount = async (app, api) => {
  const { mcpRoutes } = await import('../mcp/mount.js');
  await mcpRoutes()(app, api);
};
