import { setTimeout as delay } from 'node:timers/promises';
import { SPAN_KEY } from '../load/orders.js';
import { open, type Ask } from '../process/ask.js';
import type { Client, Console, Counter } from './console.js';

/** Its API has no number of spans: they are counted in its live stream, which starts with the spans that it keeps. */
export const spotlight: Console = {
  id: 'spotlight',
  name: '@spotlightjs/spotlight',
  program: '@spotlightjs/spotlight/dist/run.js',

  args: ({ page }) => ['server', '--port', `${page}`],

  connect: ({ page }, printed) => (printed.includes(`${page}`) ? clientOf(`http://127.0.0.1:${page}`) : undefined),
};

/** The stream has been sent if nothing came for so long. */
const QUIET_MILLIS = 1_000;

function clientOf(url: string): Client {
  const stream: Ask = { method: 'GET', url: `${url}/stream` };
  return {
    url,
    receivers: { sentry: `${url}/stream` },
    async count() {
      const counter = await follow(stream);
      const before = await counter.settled();
      return { received: async () => counter.spans() - before, close: () => counter.close() };
    },
    async kept() {
      const counter = await follow(stream);
      const spans = await counter.settled();
      counter.close();
      return spans;
    },
    reads: [stream],
    stream,
    clear: { method: 'DELETE', url: `${url}/clear` },
  };
}

interface Follower extends Pick<Counter, 'close'> {
  spans(): number;
  settled(): Promise<number>;
}

async function follow(stream: Ask): Promise<Follower> {
  const response = await open(stream);
  let spans = 0;
  let rest = '';
  response.setEncoding('latin1');
  response.on('error', () => {});
  response.on('data', (chunk: string) => {
    const parts = (rest + chunk).split(SPAN_KEY);
    spans += parts.length - 1;
    rest = parts.at(-1)!.slice(1 - SPAN_KEY.length);
  });
  return {
    spans: () => spans,
    async settled() {
      for (let before = -1; before !== spans; await delay(QUIET_MILLIS)) before = spans;
      return spans;
    },
    close: () => response.destroy(),
  };
}
