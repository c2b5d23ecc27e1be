import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../../../test/environment.js';
import { onCleanUp, TOKEN } from './browser.js';

const SERVICE = fileURLToPath(new URL('fixtures/commanded.mjs', import.meta.url));

const VIEW_TOKEN = 'look-0123456789abcdefghijklmnopqrstuvwxyz';

type Command =
  | { readonly do: 'traces'; name: string; count?: number; millis?: number; failed?: boolean; attributes?: object }
  | { readonly do: 'logs'; body: string; severity?: number; count?: number }
  | { readonly do: 'open'; name: string; count?: number }
  | { readonly do: 'block'; millis: number };

export interface Commanded {
  readonly url: string;
  readonly port: number;
  /** Address with the token of the role `view`. */
  readonly viewUrl: string;
  /** Resolves when the service has done it. */
  tell(command: Command): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a service that obeys commands. It ends after the test. */
export async function startCommanded({ port = 0, maxSpans = 100_000 } = {}): Promise<Commanded> {
  const home = mkdtempSync(join(tmpdir(), 'otel-span-cache-page-'));
  const child = spawn(process.execPath, [SERVICE], {
    env: {
      ...cleanEnvironment(),
      XDG_RUNTIME_DIR: home,
      HOME: home,
      TOKEN,
      VIEW_TOKEN,
      PORT: String(port),
      MAX_SPANS: String(maxSpans),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.stdin.end();
    await exit;
  };
  onCleanUp(async () => {
    await stop();
    rmSync(home, { recursive: true, force: true });
  });
  const url = String((await lines.next()).value);
  return {
    url,
    port: Number(new URL(url).port),
    viewUrl: `${new URL(url).origin}/#${VIEW_TOKEN}`,
    stop,
    async tell(command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      await lines.next();
    },
  };
}
