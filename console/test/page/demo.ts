import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../../../test/environment.js';
import { eventually } from '../http/served.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PATIENCE_MILLIS = 180_000;

export interface Demo {
  /** The address of its console, as it prints it. */
  readonly url: string;
  /** Waits until it has had so many traces. */
  served(traces: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the demo of the repository, as `npm start -- --serve` does. */
export async function startDemo(): Promise<Demo> {
  const home = mkdtempSync(join(tmpdir(), 'otel-span-cache-demo-'));
  const program = ['--import', './examples/service/telemetry.mjs', 'examples/service/main.mjs', '--serve'];
  const demo = spawn(process.execPath, program, {
    cwd: ROOT,
    env: { ...cleanEnvironment(), XDG_RUNTIME_DIR: home, HOME: home, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(demo, 'exit');
  const url = await Promise.race([addressIn(createInterface(demo.stdout)), exit.then(() => undefined)]);
  if (url === undefined) throw new Error('the demo has ended before it served a console');
  const { hash, origin } = new URL(url);
  return {
    url,
    async served(traces) {
      const headers = { authorization: `Bearer ${hash.slice(1)}`, connection: 'close' };
      const isServed = async (): Promise<boolean> => {
        const response = await fetch(`${origin}/api/v1/traces?limit=1&window=1h`, { headers });
        return ((await response.json()) as { matched: number }).matched >= traces;
      };
      await eventually(isServed, `${traces} traces`, PATIENCE_MILLIS);
    },
    async stop() {
      demo.kill();
      await exit;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function addressIn(lines: NodeJS.EventEmitter): Promise<string> {
  return new Promise((resolve) => {
    lines.on('line', (line: string) => {
      const [address] = /http:\/\/[\w.:[\]]+\/#[\w-]+/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
}
