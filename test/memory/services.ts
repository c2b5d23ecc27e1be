import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const HEAP_MEGABYTES = 512;
/** How many requests are under way at once. */
const CLIENTS = 4;

/** A service with large telemetry, which has to live through so many requests. */
export interface LargeService {
  readonly name: string;
  /** A kind of service in `large-service.ts`. */
  readonly kind: string;
  readonly requests: number;
}

/** Each makes more than fits into the heap: what the cache keeps of it has to be bounded in bytes. */
export const SERVICES: readonly LargeService[] = [
  { name: '10,000 spans of 64 kB, a store, and a subscriber that never reads', kind: 'history', requests: 1_000 },
  { name: '10,000 spans of 64 kB, which may be amended', kind: 'amend', requests: 1_000 },
  { name: '10,000 spans of 64 kB, which are held', kind: 'hold', requests: 1_000 },
  { name: '16,000 spans that never end, four log lines of 16 kB each', kind: 'lines', requests: 1_000 },
];

/** Starts a service in a small heap, sends it all of its requests, and returns how many it answered. */
export async function answered({ kind, requests }: LargeService): Promise<number> {
  const program = fileURLToPath(new URL('large-service.ts', import.meta.url));
  const args = [`--max-old-space-size=${HEAP_MEGABYTES}`, '--import', 'tsx', program, kind];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const exit = once(child, 'exit');
  try {
    const [port] = (await Promise.race([once(child.stdout, 'data'), exit.then(() => ['0'])])) as [Buffer];
    return await requestAll(`http://127.0.0.1:${port.toString().trim()}`, requests);
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
}

async function requestAll(url: string, requests: number): Promise<number> {
  let left = requests;
  let done = 0;
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const response = await fetch(url);
      await response.text();
      done++;
    }
  };
  // The service that has died refuses all further requests.
  await Promise.all(Array.from({ length: CLIENTS }, client)).catch(() => {});
  return done;
}
