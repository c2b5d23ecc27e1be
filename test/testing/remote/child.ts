import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

type Env = Readonly<Record<string, string>>;

export interface Service extends AsyncDisposable {
  get(path: string, headers?: Env): Promise<void>;
}

/** Starts `fixtures/service.mjs`, and waits until it listens. */
export async function startService(env: Env): Promise<Service> {
  const child = spawn(process.execPath, [fixture('service.mjs')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    get: async (path, headers = {}) => {
      await fetch(`http://127.0.0.1:${port.toString().trim()}${path}`, { headers });
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Runs a fixture to its end; returns what it prints. */
export async function runFixture(name: string, env: Env): Promise<string> {
  const args = ['--import', 'tsx', fixture(name)];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env }, timeout: 15_000 });
  return stdout;
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}
