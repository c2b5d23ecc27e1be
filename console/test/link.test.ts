import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { expect } from 'chai';
import { HostUnavailable } from '../src/engine/host-unavailable.js';
import { HostSide, settingsOf } from '../src/host/host-side.js';
import { rulesOf } from '../src/host/masking.js';
import { Redaction } from '../src/host/redaction.js';
import { TimedFilter } from '../src/host/timed-filter.js';
import type { HostMessage, WorkerMessage } from '../src/link/messages.js';
import { SharedCounts } from '../src/link/shared-counts.js';
import { RemoteHost } from '../src/worker/remote-host.js';
import { SeenProcesses } from '../src/worker/seen-processes.js';
import { eventually } from './http/served.js';
import { testService, type TestService } from './service.js';
import { until } from './until.js';

/** Losses that the worker itself has counted. */
const LOST_HERE = {
  feed: 2,
  unreadable: 1,
  refused: { requestSpans: 1, requests: 2, batches: 3, batchSpans: 4 },
  logs: 4,
};

/** Losses of workers before this one. */
const LOST_BEFORE = { spans: 10, orphans: 20, unreadable: 30 };

/** A service and its worker's view of it, joined by a real port. */
function linked(service: TestService, keep: 'always' | 'watched' = 'always') {
  const { port1, port2 } = new MessageChannel();
  const counts = new SharedCounts();
  const processes = new SeenProcesses();
  const filter = new TimedFilter(service.cache);
  const host = new HostSide(service.cache, new Redaction(rulesOf(undefined)), counts, port1, {
    keep,
    filter,
    onBeat: () => {},
  });
  const start = {
    settings: settingsOf(service.cache, filter),
    restarts: { count: 0, historyLostAt: null },
    lostBefore: LOST_BEFORE,
  };
  const remote = new RemoteHost(port2, counts, processes, start, () => LOST_HERE);
  port1.on('message', (message: WorkerMessage) => host.onMessage(message));
  port2.on('message', (message: HostMessage) => {
    if (message.type !== 'batch' && message.type !== 'close') remote.onMessage(message);
  });
  const ports: MessagePort[] = [port1, port2];
  return {
    host,
    remote,
    counts,
    /** The service answers nothing any more. */
    block: () => port1.removeAllListeners('message'),
    close() {
      host.close();
      filter.close();
      remote.close();
      for (const port of ports) port.close();
    },
  };
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

describe('The link between service and worker', () => {
  let service: TestService;
  let link: ReturnType<typeof linked>;
  beforeEach(() => {
    service = testService({ trackOpenSpans: true });
    link = linked(service);
  });
  afterEach(async () => {
    link.close();
    await service.shutdown();
  });

  it('reports the open spans, masked, with their age and parents', async () => {
    const span = service.tracer.startSpan('checkout', { attributes: { token: 'abc', 'http.route': '/orders' } });

    const { tracked, at, spans } = await link.remote.openSpans();

    expect(tracked).to.equal(true);
    expect(Date.now() - at).to.be.within(0, 1_000);
    expect(spans).to.have.length(1);
    const { start, ...rest } = spans[0]!;
    expect(Date.now() - start).to.be.within(-5, 1_000);
    expect(rest).to.deep.equal({
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      name: 'checkout',
      parentSpanId: undefined,
      attributes: { token: '[masked]', 'http.route': '/orders' },
      logs: 0,
    });
    span.end();
  });

  it('says that open spans are not tracked', async () => {
    const other = testService();
    const untracked = linked(other);

    const { tracked, spans } = await untracked.remote.openSpans();

    expect({ tracked, spans }).to.deep.equal({ tracked: false, spans: [] });
    untracked.close();
    await other.shutdown();
  });

  it('shows the open spans as they were last while the service does not answer', async () => {
    const span = service.tracer.startSpan('stuck');
    const { at } = await link.remote.openSpans();
    link.block();

    const last = await link.remote.openSpans();

    expect({ at: last.at, names: last.spans.map(({ name }) => name) }).to.deep.equal({ at, names: ['stuck'] });
    span.end();
  });

  it('rejects if the service has never answered', async () => {
    link.block();

    const error: unknown = await link.remote.openSpans().catch((reason: unknown) => reason);

    expect(error).to.be.instanceOf(HostUnavailable);
  });

  it('sends the state again and again while somebody looks', async () => {
    expect(link.remote.cacheStats()).to.equal(undefined);
    await until(() => link.remote.cacheStats());
    service.tracer.startSpan('work').end();
    await until(
      () => link.remote.cacheStats(),
      (stats) => (stats?.['spans'] as { received?: number } | undefined)?.received === 1,
    );

    expect(link.host.watched).to.equal(true);
  });

  it('confirms settings by the new state', async () => {
    expect(link.remote.settings().sampling).to.deep.equal({ enabled: false, ratio: 1, until: null });

    const sampling = await link.remote.setSampling({ enabled: true, ratio: 0.5, forMillis: 60_000 });
    const filter = await link.remote.setFilter({ minSeverity: 13, scopes: { exclude: ['pg'] } });

    expect(sampling).to.deep.include({ enabled: true, ratio: 0.5 });
    expect(sampling.until).to.be.closeTo(Date.now() + 60_000, 2_000);
    const expected = { minSeverity: 13, scopes: { include: ['*'], exclude: ['pg'] } };
    expect(filter).to.deep.equal({ ...expected, until: null, after: null });
    expect(service.cache.filter.settings).to.deep.equal(expected);
    expect(link.remote.settings()).to.deep.include({ filter }).and.have.nested.property('sampling.ratio', 0.5);
  });

  it('ends a filter at its time, and reports the end', async () => {
    const before = service.cache.filter.settings;
    const filter = await link.remote.setFilter({ minSeverity: 17, forMillis: 1_000 });
    expect(filter).to.deep.include({ minSeverity: 17, after: before });
    expect(filter.until).to.be.closeTo(Date.now() + 1_000, 900);

    await eventually(() => link.remote.settings().filter.until === null, 'the end of the filter');

    expect(link.remote.settings().filter).to.deep.equal({ ...before, until: null, after: null });
    expect(service.cache.filter.settings).to.deep.equal(before);
  });

  it('passes on why settings are refused, and changes nothing', async () => {
    const error: unknown = await link.remote.setSampling({ forMillis: 1_000 }).catch((reason: unknown) => reason);

    expect(error)
      .to.be.instanceOf(RangeError)
      .with.property('message', 'forMillis must come with enabled: true, because sampling is off');
    expect(link.remote.settings().sampling.enabled).to.equal(false);
  });

  it('reports settings that the service itself changes', async () => {
    let told = 0;
    link.remote.onSettings = () => told++;

    service.cache.sampling.set({ enabled: true, ratio: 0.25 });
    await until(() => told);

    expect(link.remote.settings().sampling).to.deep.equal({ enabled: true, ratio: 0.25, until: null });
    expect(told).to.equal(1);
  });

  it('adds up the losses of both sides and of earlier workers', () => {
    link.counts.losses = { spans: 5, orphans: 3, unreadable: 4 };

    expect(link.remote.losses()).to.deep.equal({
      ...LOST_HERE,
      feed: 7,
      worker: 10,
      unreadable: 35,
      joined: 0,
      logs: 27,
    });
  });

  it('sees that the event loop is blocked, and that it is free again', async () => {
    const begun = performance.now();
    await pause(150);
    const free = link.remote.loop();

    const freed = performance.now() + 450;
    while (performance.now() < freed);
    const blocked = link.remote.loop();
    const passed = performance.now() - begun;
    const again = await until(
      () => link.remote.loop(),
      ({ blockedMillis }) => blockedMillis === null,
    );

    expect(free.blockedMillis).to.equal(null);
    expect(blocked.blockedMillis).to.be.within(350, passed);
    expect(blocked.delayMillis).to.be.within(250, passed);
    expect(again.delayMillis).to.be.at.most(passed);
  });

  it('takes spans only while somebody looks, with keep: watched', async () => {
    const watched = linked(service, 'watched');
    const before = watched.host.feed.on;

    watched.remote.loop();
    const now = await until(() => watched.host.feed.on);

    expect({ before, now, always: link.host.feed.on }).to.deep.equal({
      before: false,
      now: true,
      always: true,
    });
    watched.host.onMessage({ type: 'watched', watched: false });
    expect(watched.host.feed.on).to.equal(false);
    watched.close();
  });
});
