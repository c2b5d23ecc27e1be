import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveConsole, type ConsoleHandle, type ConsoleOptions } from '../../src/index.js';
import { LiveClient } from '../http/served.js';
import { testService, type TestService } from '../service.js';

type Serve = typeof serveConsole;

export interface RealConsole {
  readonly service: TestService;
  readonly handle: ConsoleHandle;
  readonly authorization: Readonly<Record<string, string>>;
  /** An answer of the API. */
  get(path: string): Promise<Answer>;
  live(parameters: string): Promise<LiveClient>;
  /** Waits until so many spans have arrived with their traces, or are lost. */
  arrived(spans: number): Promise<void>;
}

/** Answers are compared member by member: the tests of the API check them against their schemas. */
// oxlint-disable-next-line typescript/no-explicit-any -- any answer
export type Answer = any;

const toEnd: (() => Promise<void>)[] = [];

/** Ends every console and service of a test. */
export async function endConsoles(): Promise<void> {
  for (const end of toEnd.splice(0).toReversed()) await end();
}

/** A service with the real SDK, its console, and HTTP between. Without `serve`, the code of the worker runs in this thread. */
export async function realConsole(options: ConsoleOptions = {}, serve?: Serve): Promise<RealConsole> {
  const service = testService({ trackOpenSpans: true });
  const handle = await withoutRegistry(() =>
    (serve ?? serveConsole)(service.cache, { port: 0, announce: false, worker: serve !== undefined, ...options }),
  );
  const authorization = { authorization: `Bearer ${handle.token}` };
  const clients = new Set<LiveClient>();
  toEnd.push(async () => {
    for (const client of clients) client.close();
    await handle.close();
    await service.shutdown();
  });
  const get = async (path: string): Promise<Answer> => {
    const headers = { ...authorization, connection: 'close' };
    const response = await fetch(`http://127.0.0.1:${handle.port}/api/v1/${path}`, { headers });
    return response.json();
  };
  return {
    service,
    handle,
    authorization,
    get,
    async live(parameters) {
      const client = await LiveClient.open(handle.port, parameters, authorization);
      clients.add(client);
      return client;
    },
    async arrived(spans) {
      for (let tries = 0; tries < 2_400; tries++) {
        const { retained, evicted, lost } = (await get('stats')).coverage;
        if (retained + evicted + lost.total >= spans) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`not ${spans} spans within a minute: ${JSON.stringify(await get('stats'))}`);
    },
  };
}

/** The list of the developer's own consoles stays as it is. */
async function withoutRegistry<T>(start: () => Promise<T>): Promise<T> {
  const before = process.env['XDG_RUNTIME_DIR'];
  const folder = mkdtempSync(join(tmpdir(), 'real-console-'));
  process.env['XDG_RUNTIME_DIR'] = folder;
  toEnd.push(async () => rmSync(folder, { recursive: true, force: true }));
  try {
    return await start();
  } finally {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = before;
  }
}
