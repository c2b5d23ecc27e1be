import { expect } from 'chai';
import { applyChange, type Row, type View } from '../../src/api/changes.js';
import * as schemas from '../../src/api/schemas.js';
import { openRecord, orderTrace, orphanLog, testConsole } from '../api/test-console.js';
import { closeServed, eventually, LiveClient, serve, TOKEN, VIEW_TOKEN } from './served.js';

/** The view of a client after the received frames. */
function shownBy(view: View, { frames }: LiveClient): Row {
  let shown: Row = {};
  for (const { type, data } of frames) {
    if (type === 'snapshot') shown = data!;
    else if (data !== undefined) shown = applyChange(view, shown, data);
  }
  return shown;
}

function idsOf(view: View, client: LiveClient): unknown[] {
  return (shownBy(view, client)['rows'] as Row[]).map(({ id }) => id);
}

function sortedEntries(row: Row): [string, unknown][] {
  return Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1));
}

const withoutCoverage = ({ coverage: _, ...answer }: Row): Row => JSON.parse(JSON.stringify(answer)) as Row;

let timer: NodeJS.Timeout | undefined;

/** Goes on until the test has ended. */
function flood(add: () => void, everyMillis: number): void {
  timer = setInterval(add, everyMillis);
}

function endFlood(): void {
  clearInterval(timer);
}

describe('A live stream', () => {
  afterEach(endFlood);
  afterEach(closeServed);

  it('begins with a snapshot of the view, then sends changes', async () => {
    const { live, add, api } = await serve();
    add(orderTrace());

    const client = await live('view=traces');
    const snapshot = await client.frame(({ type }) => type === 'snapshot');
    const second = orderTrace();
    add(second);
    const change = await client.frame(({ type }) => type === 'change');

    for (const frame of [snapshot, change]) schemas.frame.strict().parse(frame);
    expect(snapshot.data).to.deep.equal(withoutCoverage(snapshot.data!));
    expect(snapshot.data!['rows'] as Row[]).to.have.length(1);
    expect(snapshot.settings).to.deep.equal({ sampling: api.sampling(), filter: api.filter() });
    expect((change.data!['rows'] as { set: Row[] }).set.map(({ id }) => id)).to.deep.equal([second.id]);
    expect(change.stats.coverage.received).to.equal(6);
    expect(change.seq).to.be.greaterThan(snapshot.seq);
    expect(shownBy('traces', client)).to.deep.equal(withoutCoverage(api.traces({})));
  });

  it('shows every view, and follows it', async () => {
    const { live, add, api, engine, host, server } = await serve();
    const trace = orderTrace({ fails: true });
    add(trace);
    host.open = [openRecord()];
    const answers: Record<View, () => Row | Promise<Row>> = {
      traces: () => api.traces({}),
      trace: () => api.trace(trace.traceId),
      stacks: () => api.stacks({}),
      time: () => api.time({}),
      errors: () => api.errors({}),
      logs: () => api.logs({}),
      open: () => api.open({}),
    };

    for (const view of schemas.VIEWS) {
      const client = await live(`view=${view}${view === 'trace' ? `&traceId=${trace.traceId}` : ''}`);
      await client.frame(({ type }) => type === 'snapshot');
      add(orderTrace({ fails: true }));
      engine.addLog(orphanLog('later'));
      const expected = async () => JSON.stringify(withoutCoverage(await answers[view]()));
      await eventually(async () => {
        const shown = shownBy(view, client);
        return (
          JSON.stringify(sortedEntries(shown)) === JSON.stringify(sortedEntries(JSON.parse(await expected()) as Row))
        );
      }, `${view} shows the newest answer`);
      client.close();
      await eventually(() => server.stats().streams === 0, 'the stream has ended');
    }
  });

  it('comes as events that curl can read', async () => {
    const { live, add } = await serve();
    add(orderTrace());

    const client = await live('view=traces&limit=5');
    await client.frame(({ type }) => type === 'snapshot');

    expect(client.status).to.equal(200);
    expect(client.response.headers['content-type']).to.equal('text/event-stream');
    expect(client.response.headers['cache-control']).to.equal('no-store');
  });

  it('comes at most ten times a second', async () => {
    const { live, add } = await serve();
    const client = await live('view=traces');
    await client.frame(({ type }) => type === 'snapshot');

    const started = performance.now();
    flood(() => add(orderTrace()), 20);
    await client.until(() => client.frames.length >= 12);

    expect(performance.now() - started).to.be.greaterThan(1_000);
  });

  it('has a heartbeat every 5 s while nothing changes', async () => {
    const { live } = await serve();
    const client = await live('view=traces');
    await client.frame(({ type }) => type === 'snapshot');

    const started = performance.now();
    const heartbeat = await client.frame(({ type }) => type === 'heartbeat');

    schemas.frame.parse(heartbeat);
    expect(performance.now() - started).to.be.within(4_000, 9_000);
    expect(client.frames.map(({ type }) => type)).to.deep.equal(['snapshot', 'heartbeat']);
  });

  it('sends nothing but a heartbeat while only time passes', async () => {
    const { live, add, api, host, clock } = await serve();
    add(orderTrace());
    clock.now += 3_600_000;
    flood(() => {
      clock.now += 100.3;
      host.delayMillis = Math.random() * 6;
      host.stateAgeMillis = Math.random() * 30;
    }, 100);
    await eventually(() => api.pulse().spansPerSecond === 0, 'the rate is 0');
    const clients = [];
    for (const view of ['traces', 'stacks', 'errors', 'logs']) clients.push(await live(`view=${view}`));
    clients.push(await live('view=open', { authorization: `Bearer ${VIEW_TOKEN}` }));

    for (const client of clients) await client.frame(({ type }) => type !== 'snapshot');

    for (const { frames } of clients) {
      const [snapshot, next] = frames as [schemas.Frame, schemas.Frame];
      expect(frames.map(({ type }) => type)).to.deep.equal(['snapshot', 'heartbeat']);
      expect(next.now - snapshot.now).to.be.within(4_000, 9_000);
      expect(next.stats.coverage).to.deep.equal(snapshot.stats.coverage);
    }
  });

  it('sends a delay of the event loop that is more than the noise of an idle one', async () => {
    const { live, host } = await serve();
    const client = await live('view=traces');
    await client.frame(({ type }) => type === 'snapshot');

    host.delayMillis = 40;
    const { type, stats } = await client.frame((frame) => frame.stats.loop.delayMillis > 1);

    expect([type, stats.loop.delayMillis]).to.deep.equal(['change', 40]);
  });

  it('shows that the rate of spans has fallen to 0 two seconds after the last one', async () => {
    const { live, add } = await serve();
    const client = await live('view=traces');
    await client.frame(({ type }) => type === 'snapshot');
    add(orderTrace());
    const last = performance.now();

    await client.frame((frame) => frame.stats.spansPerSecond > 0);
    await client.frame((frame) => frame.stats.coverage.received > 0 && frame.stats.spansPerSecond === 0);

    expect(performance.now() - last).to.be.within(1_800, 3_500);
  });

  it('says that the event loop of the service is blocked', async () => {
    const { live, host } = await serve();
    const client = await live('view=traces');
    await client.frame(({ type }) => type === 'snapshot');

    host.blockedMillis = 700;
    const { stats } = await client.frame((frame) => frame.stats.loop.blockedMillis !== null);

    expect(stats.loop.blockedMillis).to.equal(700);
  });

  it('informs all clients of settings that one has changed', async () => {
    const { live, ask } = await serve();
    const clients = [await live('view=traces'), await live('view=logs')];
    for (const client of clients) await client.frame(({ type }) => type === 'snapshot');

    await ask('/api/v1/sampling', { method: 'PUT', body: '{"ratio":0.25}' });

    for (const client of clients) {
      const { settings } = await client.frame((frame) => frame.type === 'change' && frame.settings !== undefined);
      expect(settings!.sampling.ratio).to.equal(0.25);
    }
  });

  it('of a trace reports when and why it was evicted', async () => {
    const { live, add, api } = await serve();
    const trace = orderTrace();
    add(trace);
    const client = await live(`view=trace&traceId=${trace.traceId}`);
    await client.frame(({ type }) => type === 'snapshot');

    api.clear();
    const { data } = await client.frame((frame) => frame.data?.['refused'] !== undefined);

    expect(schemas.gone.parse(data!['refused'])).to.include({ reason: 'cleared' });
    expect(shownBy('trace', client)['spans']).to.deep.equal([]);
  });

  it('is refused with a status if it cannot begin', async () => {
    const { ask } = await serve();

    expect((await ask(`/api/v1/live?view=trace&traceId=${'f'.repeat(32)}`)).status).to.equal(404);
    expect((await ask('/api/v1/live?view=traces&query=duration%20%3E')).json).to.have.property('at');
    expect((await ask('/api/v1/live?view=traces&after=x')).status).to.equal(400);
    expect((await ask('/api/v1/live')).status).to.equal(400);
  });

  describe('as the fifth of a token', () => {
    it('is refused with 429; streams of the other token, and the places of streams that ended, are free', async () => {
      const { live, server } = await serve();
      const view = { authorization: `Bearer ${VIEW_TOKEN}` };
      const four = [];
      for (let at = 0; at < 4; at++) four.push(await live('view=traces'));

      const fifth = await live('view=traces');
      const other = await live('view=traces', view);
      await fifth.end();
      four[0]!.close();
      await eventually(() => server.stats().streams === 4, 'a stream has ended');
      const sixth = await live('view=traces');

      expect([fifth.status, other.status, sixth.status]).to.deep.equal([429, 200, 200]);
      expect(fifth.rest).to.match(/at most 4 live streams/);
    });

    it('counts streams that were refused for another reason as ended', async () => {
      const { ask, live } = await serve();

      for (let at = 0; at < 6; at++)
        expect((await ask(`/api/v1/live?view=trace&traceId=${'f'.repeat(32)}`)).status).to.equal(404);

      expect((await live('view=traces')).status).to.equal(200);
    });
  });

  describe('after a break', () => {
    const lastOf = ({ frames }: LiveClient): string => {
      const { epoch, seq } = frames.at(-1)!;
      return `${epoch}.${seq}`;
    };

    it('continues with the changes since then', async () => {
      const { live, add, server } = await serve();
      add(orderTrace());
      const first = await live('view=traces');
      await first.frame(({ type }) => type === 'snapshot');
      first.close();
      await eventually(() => server.stats().resumable === 1, 'the state is kept');
      const later = orderTrace();
      add(later);

      const second = await live(`view=traces&after=${lastOf(first)}`);
      await second.until(() => second.frames.length > 0);

      const [{ type, reset, data }] = second.frames as [schemas.Frame];
      expect([type, reset]).to.deep.equal(['change', undefined]);
      expect((data!['rows'] as { set: Row[] }).set.map(({ id }) => id)).to.deep.equal([later.id]);
    });

    it('says so if nothing has changed', async () => {
      const { live, server } = await serve();
      const first = await live('view=traces');
      await first.frame(({ type }) => type === 'snapshot');
      first.close();
      await eventually(() => server.stats().resumable === 1, 'the state is kept');

      const second = await live(`view=traces&after=${lastOf(first)}`);
      await second.until(() => second.frames.length > 0);

      expect(second.frames[0]).to.include({ type: 'heartbeat' });
    });

    it('begins anew, and says why, if the state is not known, the view is another one, or the service has restarted', async () => {
      const { live, server } = await serve();
      const first = await live('view=traces');
      await first.frame(({ type }) => type === 'snapshot');
      first.close();
      await eventually(() => server.stats().resumable === 1, 'the state is kept');

      const resets = [];
      for (const parameters of [
        'view=traces&after=e1.999',
        `view=logs&after=${lastOf(first)}`,
        'view=traces&after=e0.1',
      ]) {
        const client = await live(parameters);
        resets.push((await client.frame(({ type }) => type === 'snapshot')).reset);
      }

      expect(resets).to.deep.equal(['behind', 'behind', 'restarted']);
    });

    it('carries no number of the earlier start over', async () => {
      const before = await serve();
      before.add(orderTrace(), orderTrace());
      const first = await before.live('view=traces');
      await first.frame(({ type }) => type === 'snapshot');
      await before.close();

      const { live } = await serve({}, testConsole({ epoch: 'e2' }));
      const client = await live(`view=traces&after=${lastOf(first)}`);
      const { epoch, stats, data } = await client.frame(({ type }) => type === 'snapshot');

      expect(epoch).to.equal('e2');
      expect(stats.coverage).to.include({ received: 0, retained: 0, evicted: 0 });
      expect(data).to.deep.include({ rows: [], matched: 0 });
    });
  });

  describe('with a client that reads slowly', () => {
    /** Rows that fill a frame. */
    const large = () => orderTrace({ name: 'x'.repeat(3_000) });

    it('skips changes, reports their number, and shows the current state when it reads again', async () => {
      const { live, add, api, server } = await serve();
      const client = await live('view=traces&limit=1000');
      await client.frame(({ type }) => type === 'snapshot');
      client.pause();

      flood(() => {
        for (let at = 0; at < 40; at++) add(large());
      }, 60);
      await eventually(() => api.stats().clients.skipped > 3, 'changes are skipped', 50_000);
      endFlood();
      client.resume();
      const newest = api.traces({ limit: 1 }).rows[0]!.id;
      await client.until(() => idsOf('traces', client)[0] === newest);

      expect(client.frames.at(-1)!.skipped).to.be.greaterThan(3);
      expect(server.stats().streams).to.equal(1);
    });

    it('lets other clients be: their frames come as before', async () => {
      const { live, add } = await serve();
      const paused = await live('view=traces&limit=1000');
      const reading = await live('view=traces&limit=1000');
      for (const client of [paused, reading]) await client.frame(({ type }) => type === 'snapshot');
      paused.pause();

      let newest = 0;
      flood(() => {
        for (let at = 0; at < 40; at++) {
          const trace = large();
          newest = trace.id;
          add(trace);
        }
      }, 60);
      await eventually(
        () => reading.frames.length > 15 && reading.frames.length > paused.frames.length,
        'one reads',
        50_000,
      );
      endFlood();
      await reading.until(() => idsOf('traces', reading)[0] === newest);

      expect(reading.frames.at(-1)!.skipped).to.equal(0);
      expect(paused.frames.length).to.be.lessThan(reading.frames.length);
    });

    it('has frames of at most 256 kB, and says how many rows were cut', async () => {
      const { live, add } = await serve();
      const client = await live('view=traces&limit=1000');
      for (let at = 0; at < 300; at++) add(large());

      const { cut } = await client.frame((frame) => frame.cut !== undefined);
      await client.until(() => client.frames.length > 2 || idsOf('traces', client).length > 0);

      expect(cut).to.be.greaterThan(200);
      for (const frame of client.frames) expect(Buffer.byteLength(JSON.stringify(frame))).to.be.lessThan(262_144);
    });
  });

  it('ends if a frame cannot be made, and no other stream does', async () => {
    const { live, api, add, server, ask } = await serve();
    const [broken, other] = [await live('view=traces'), await live('view=errors')];
    await Promise.all([broken, other].map(async (client) => client.frame(({ type }) => type === 'snapshot')));
    // A number that JSON cannot carry, which no real answer contains.
    api.traces = () => ({ rows: [{ id: 1n }] }) as never;
    add(orderTrace({ fails: true }));

    await broken.end();
    await other.frame(({ type }) => type === 'change');

    await eventually(() => server.stats().streams === 1, 'the stream has ended');
    expect(server.stats().faults).to.equal(1);
    expect((await ask('/api/v1/hello')).status).to.equal(200);
  });

  it('goes on with the next tick after an error of the tick itself', async () => {
    const { live, api, server } = await serve();
    const client = await live('view=traces');
    await client.frame(({ type }) => type === 'snapshot');
    const { version } = api;
    api.version = () => {
      throw new Error('broken');
    };

    await client.end();
    api.version = version.bind(api);
    const next = await live('view=traces');
    await next.frame(({ type }) => type === 'snapshot');

    expect(server.stats()).to.include({ streams: 1, faults: 1 });
  });

  it('ends when the server closes', async () => {
    const { live, server } = await serve();
    const client = await live('view=traces');

    await server.close();
    await client.end();

    expect(server.stats()).to.deep.include({ streams: 0, connections: { open: 0, refused: 0, malformed: 0 } });
  });

  it('needs the token, as everything else does', async () => {
    const { port } = await serve();

    const client = await LiveClient.open(port, 'view=traces', { authorization: `Bearer ${TOKEN}x` });

    expect(client.status).to.equal(401);
    client.close();
  });
});
