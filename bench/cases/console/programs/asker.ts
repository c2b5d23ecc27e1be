import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/* Sends requests to a console without a pause, in a thread of its own. Posts the time and the content of each answer. */

const { url, token } = workerData as { readonly url: string; readonly token: string };

async function get(path: string): Promise<{ loop?: { blockedMillis: number | null } }> {
  const response = await fetch(new URL(`/api/v1/${path}`, url), { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as { loop?: { blockedMillis: number | null } };
}

for (;;) {
  for (const path of ['stats', 'traces', 'stacks', 'open']) {
    const begun = performance.now();
    const { loop } = await get(path);
    const ended = performance.now();
    parentPort!.postMessage({
      at: performance.timeOrigin + begun,
      end: performance.timeOrigin + ended,
      took: ended - begun,
      isBlocked: loop === undefined ? false : loop.blockedMillis !== null,
    });
  }
  await delay(20);
}
