import { expect } from 'chai';
import { MessageChannel } from 'node:worker_threads';
import { SpanPacker } from 'otel-span-cache/threads';
import type { HostMessage, WorkerMessage, WorkerStart } from '../../src/link/messages.js';
import { SharedCounts } from '../../src/link/shared-counts.js';
import { startConsoleWorker } from '../../src/worker/console-worker.js';
import { eventually } from '../http/served.js';
import { testService } from '../service.js';

const TOKEN = 'worker-0123456789abcdefghijklmnopqrstuvwxyz';

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- answers of any route
  readonly json: Record<string, any>;
}

const closing: (() => Promise<void>)[] = [];

/** A worker's code in this thread, with the service's end of its port. */
async function startWorker(changes: Partial<WorkerStart> = {}) {
  const { port1: service, port2 } = new MessageChannel();
  const counts = new SharedCounts();
  const messages: WorkerMessage[] = [];
  service.on('message', (message: WorkerMessage) => messages.push(message));
  const settings = {
    sampling: { enabled: true, ratio: 1, until: null },
    filter: { minSeverity: 0, scopes: { include: [], exclude: [] }, until: null, after: null },
  };
  const listen = { port: 0, orNext: true, host: undefined, allowedHosts: [], token: TOKEN, viewToken: undefined };
  const start: WorkerStart = {
    counts: counts.memory,
    service: 'shop',
    pid: 1,
    cacheVersion: '0.1.0',
    consoleVersion: '0.1.0',
    startedAt: Date.now(),
    settings,
    listen,
    maxSpans: 1_000,
    maxBytes: 1e6,
    restarts: { count: 0, historyLostAt: null },
    lostBefore: { spans: 0, orphans: 0, unreadable: 0 },
    otlpPort: undefined,
    redact: undefined,
    ...changes,
  };
  await startConsoleWorker(port2, start, { unref: true });
  const send = (message: HostMessage): void => service.postMessage(message);
  const has = (type: WorkerMessage['type']) => messages.some((message) => message.type === type);
  await eventually(() => has('listening') || has('failed'), 'the worker listens');
  const listening = messages.find((message) => message.type === 'listening');
  closing.push(async () => {
    if (!has('closed')) send({ type: 'close' });
    await eventually(() => has('closed'), 'the worker has closed');
    service.close();
  });
  const ask = async (path: string, token = TOKEN, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    headers.set('connection', 'close');
    const response = await fetch(new URL(path, listening!.url), { ...init, headers });
    return { status: response.status, json: (await response.json()) as Answer['json'] };
  };
  return { ask, send, has, messages };
}

/** Batches of spans, packed one after the other by one packer. */
function batchesOf(names: readonly string[]): HostMessage[] {
  const { cache, tracer } = testService();
  const packer = new SpanPacker();
  const batches: HostMessage[] = [];
  cache.subscribe(({ spans }) => batches.push({ type: 'batch', batch: packer.pack({ spans }) }));
  for (const name of names) {
    tracer.startSpan(name).end();
    cache.flush();
  }
  return batches;
}

describe('The worker of the console', () => {
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it('takes the spans that came before anything was loaded, each once and in their order', async () => {
    const names = ['first', 'second', 'third', 'fourth'];
    const { ask, send } = await startWorker();

    for (const batch of batchesOf(names)) send(batch);

    const answered = (await ask('/api/v1/stats')).json;
    await eventually(async () => (await ask('/api/v1/traces')).json['rows'].length === 4, 'all spans are there');
    const { coverage } = (await ask('/api/v1/stats')).json;
    expect(answered['epoch']).to.be.a('string');
    expect(coverage).to.include({ received: 4, retained: 4 }).and.to.have.nested.property('lost.total', 0);
    const { rows } = (await ask('/api/v1/traces')).json;
    expect(rows.map(({ name }: { name: string }) => name)).to.deep.equal(names.toReversed());
  });

  it('shows settings that changed before anything was loaded', async () => {
    const { ask, send } = await startWorker();
    const sampling = { enabled: false, ratio: 0.5, until: null };
    const filter = { minSeverity: 9, scopes: { include: [], exclude: [] }, until: null, after: null };

    send({ type: 'settings', settings: { sampling, filter } });

    await eventually(async () => (await ask('/api/v1/sampling')).json['ratio'] === 0.5, 'the settings have arrived');
    expect((await ask('/api/v1/filter')).json).to.include({ minSeverity: 9 });
  });

  it('answers first requests that come at once, of an agent too, as one console', async () => {
    const { ask, has } = await startWorker();
    const call = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };

    const [tool, hello, again] = await Promise.all([
      ask('/mcp/tools/overview', TOKEN, call),
      ask('/api/v1/hello'),
      ask('/api/v1/hello'),
    ]);

    expect([tool.status, hello.status, again.status]).to.deep.equal([200, 200, 200]);
    expect(tool.json['content'][0].text).to.include('shop');
    expect(hello.json['epoch']).to.equal(again.json['epoch']);
    await eventually(() => has('watched'), 'the service knows that somebody looks');
  });

  it('refuses a wrong token at the very first request, and answers the next one', async () => {
    const { ask, has } = await startWorker();

    const refused = await ask('/api/v1/hello', 'wrong-0123456789abcdefghijklmnopqrstuvwxyz');

    expect(refused.status).to.equal(401);
    expect(has('watched')).to.equal(false);
    expect((await ask('/api/v1/hello')).status).to.equal(200);
  });

  it('closes before the first request, and while the first spans have it load', async () => {
    const unused = await startWorker();
    const loading = await startWorker();

    unused.send({ type: 'close' });
    for (const batch of batchesOf(['last'])) loading.send(batch);
    loading.send({ type: 'close' });

    await eventually(() => unused.has('closed') && loading.has('closed'), 'both have closed');
    expect([...unused.messages, ...loading.messages].map(({ type }) => type)).to.not.include('failed');
  });
});
