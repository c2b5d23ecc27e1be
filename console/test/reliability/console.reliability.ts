import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { cleanEnvironment } from '../../../test/environment.js';
import type { ConsoleStats } from '../../src/api/schemas.js';
import type { ConsoleHostStats } from '../../src/host/console-handle.js';

/*
 * A service under load with its console open: `npm run test:reliability`. Ten minutes, or `RELIABILITY_SECONDS`.
 */

const SERVICE = fileURLToPath(new URL('service.mjs', import.meta.url));
const SECONDS = Number(process.env['RELIABILITY_SECONDS'] ?? 600);
const SPANS_PER_SECOND = 10_000;

/** Growth of the process that counts as none: garbage that is not collected yet. */
const SLACK_BYTES = 64 * 2 ** 20;

/** How much of the load a busy machine has to reach for the test to mean something. */
const MIN_SHARE = 0.02;

const ANSWER_MILLIS = 50;
const TOLD_MILLIS = 500;

interface Counters {
  readonly ended: number;
  readonly received: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly console: ConsoleHostStats;
  /** Spans that were sent to the worker that was killed. */
  readonly sentToFirst: number;
  readonly rss: number;
  readonly heapUsed: number;
  /** When the message came, in milliseconds since the Unix epoch. */
  readonly began: number;
  readonly at: number;
}

describe('A service under load with its console open', function () {
  this.timeout((SECONDS + 120) * 1_000);

  let home: string;
  let service: ChildProcess;
  let address: { readonly url: string; readonly token: string };

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'otel-span-cache-console-'));
    service = fork(SERVICE, [String(SPANS_PER_SECOND)], {
      execArgv: ['--expose-gc'],
      env: { ...cleanEnvironment(), XDG_RUNTIME_DIR: home, HOME: home },
    });
    [address] = (await once(service, 'message')) as [typeof address];
  });

  after(async () => {
    service.disconnect();
    await once(service, 'exit');
    rmSync(home, { recursive: true, force: true });
  });

  async function told(message: string): Promise<Counters> {
    const answer = once(service, 'message');
    service.send(message);
    return ((await answer) as [Counters])[0];
  }

  async function request(path: string, signal?: AbortSignal): Promise<Response> {
    const headers = { authorization: `Bearer ${address.token}`, connection: 'close' };
    return fetch(new URL(`/api/v1/${path}`, address.url), { headers, ...(signal && { signal }) });
  }

  async function stats(): Promise<ConsoleStats> {
    return (await (await request('stats')).json()) as ConsoleStats;
  }

  /** The counters when nothing is on its way and every trace has finished. */
  async function settledStats(): Promise<ConsoleStats> {
    let shown = await stats();
    for (let same = 0; same < 3;) {
      await delay(500);
      const next = await stats();
      same = next.waiting.spans === 0 && next.coverage.received === shown.coverage.received ? same + 1 : 0;
      shown = next;
    }
    return shown;
  }

  /** Comes, reads a live view for a while, and goes without a word. */
  async function visit(view: string, millis: number): Promise<number> {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), millis);
    let bytes = 0;
    try {
      const response = await request(`live?view=${view}`, controller.signal);
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
    } catch {
      // The visit was ended, or the worker was.
    }
    return bytes;
  }

  async function visitUntil(end: number): Promise<number> {
    let bytes = 0;
    while (Date.now() < end) {
      const views = ['traces', 'stacks', 'errors'].map((view, index) => visit(view, 1_500 + index * 1_000));
      for (const read of await Promise.all(views)) bytes += read;
    }
    return bytes;
  }

  /** Runs under load with clients that come and go, and returns the size of the process once a second. */
  async function run(seconds: number): Promise<Counters[]> {
    const end = Date.now() + seconds * 1_000;
    const visits = visitUntil(end);
    const readings: Counters[] = [];
    while (Date.now() < end) {
      await delay(1_000);
      readings.push(await told('count'));
    }
    expect(await visits, 'bytes that the clients read').to.be.above(1_000);
    return readings;
  }

  async function isServing(): Promise<boolean> {
    return request('hello').then(
      ({ ok }) => ok,
      () => false,
    );
  }

  it('loses no span uncounted, and stays as large as it was, also after its worker was killed', async () => {
    const first = await run(SECONDS * 0.4);
    const beforeKill = first.at(-1)!;
    await told('kill');
    while (!(await isServing())) await delay(100);
    const restarted = await told('count');
    const second = await run(SECONDS * 0.4);
    await told('stop');
    const shown = await settledStats();
    const last = await told('count');

    const { sent, lost, unreadable, restarts, inFlight } = last.console;
    expect(last.ended, 'spans that ended').to.be.above(SECONDS * SPANS_PER_SECOND * MIN_SHARE);
    const dropped = Object.values(last.dropped).reduce((sum, count) => sum + count, 0);
    expect(last.delivered + dropped, 'delivered and dropped').to.equal(last.ended);
    expect(sent + lost + unreadable, 'sent and lost').to.equal(last.delivered + (last.dropped['no_subscriber'] ?? 0));
    expect({ restarts, inFlight }).to.deep.equal({ restarts: 1, inFlight: 0 });

    const { received, retained, evicted, lost: losses } = shown.coverage;
    const kept = retained + evicted + shown.waiting.spans;
    expect(shown.worker.historyLostAt).to.be.within(beforeKill.at, restarted.at);
    expect(received, 'received by the second worker').to.equal(sent - last.sentToFirst);
    expect(kept, 'kept and evicted').to.be.within(received - losses.total, received);
    expect(shown.clients.streams, 'clients that are left').to.equal(0);

    const half = Math.floor(second.length / 2);
    const early = highest(second.slice(0, half));
    expect(highest(second.slice(half)), 'size at the end').to.be.below(early + SLACK_BYTES);
    expect(last.heapUsed, 'heap of the service').to.be.below(beforeKill.heapUsed + SLACK_BYTES);
  });

  it('answers while the event loop is blocked, and says so', async () => {
    // How fast this machine is while nothing is blocked: a busy one answers late in any case.
    const before: number[] = [];
    for (let warm = 0; warm < 20; warm++) before.push((await timed(stats)).took);
    const usual = 2 * medianOf(before);
    const blocking = told('block');
    const answers: { readonly end: number; readonly took: number; readonly isBlocked: boolean }[] = [];
    const state = { isBlocking: true };
    void blocking.finally(() => (state.isBlocking = false));
    while (state.isBlocking) {
      const { took, answer } = await timed(stats);
      answers.push({ end: Date.now(), took, isBlocked: answer.loop.blockedMillis !== null });
      await delay(10);
    }
    const { began } = await blocking;

    const during = answers.filter(({ isBlocked }) => isBlocked);
    expect(during.length).to.be.above(0);
    expect(medianOf(during.map(({ took }) => took)), 'median answer').to.be.below(Math.max(ANSWER_MILLIS, usual));
    expect(during[0]!.end - began, 'first word of it').to.be.below(TOLD_MILLIS + usual);
  });
});

async function timed<T>(ask: () => Promise<T>): Promise<{ readonly took: number; readonly answer: T }> {
  const begun = performance.now();
  const answer = await ask();
  return { took: performance.now() - begun, answer };
}

function highest(readings: readonly Counters[]): number {
  return Math.max(...readings.map(({ rss }) => rss));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
