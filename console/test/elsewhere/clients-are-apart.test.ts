import { expect } from 'chai';
import { endConsoles, realConsole, type Answer } from './real-console.js';

const later = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

describe('Clients are apart', () => {
  afterEach(endConsoles);

  it('one that pauses changes nothing for another', async () => {
    const { service, live, arrived } = await realConsole();
    const [paused, other] = [await live('view=traces'), await live('view=traces')];
    await Promise.all([paused, other].map(async (client) => client.frame(({ type }) => type === 'snapshot')));

    paused.pause();
    for (let at = 1; at <= 10; at++) {
      service.tracer.startSpan(`work ${at}`).end();
      await arrived(at);
    }
    await other.frame(({ stats }) => stats.coverage.retained === 10);
    paused.resume();
    await paused.frame(({ stats }) => stats.coverage.retained === 10);

    expect(other.frames.at(-1)!.skipped).to.equal(0);
  });

  it('one with a filter of its own changes nothing for another', async () => {
    const { service, live, arrived } = await realConsole();
    const [narrow, wide] = [await live('view=traces&query=name%20%3D%20b'), await live('view=traces&sort=slowest')];

    for (const name of ['a', 'b', 'c']) service.tracer.startSpan(name).end();
    await arrived(3);
    const idsIn = (data: Answer): unknown[] => (data?.rows?.set ?? data?.rows ?? []).map(({ name }: Answer) => name);
    const seen = (client: typeof narrow): Set<unknown> => new Set(client.frames.flatMap(({ data }) => idsIn(data)));
    await wide.until(() => seen(wide).size === 3);
    await narrow.until(() => seen(narrow).size === 1);

    expect([...seen(narrow)]).to.deep.equal(['b']);
  });

  it('1,000 that come and go leave no stream, no subscription and no handle', async function () {
    this.timeout(240_000);
    const { service, live, get, handle } = await realConsole();
    await get('stats');
    const handles = (): number => process.getActiveResourcesInfo().filter((name) => /TCP|Pipe/.test(name)).length;
    const before = { handles: handles(), subscriptions: service.cache.stats().subscriptions.length };

    for (let at = 0; at < 1_000; at++) {
      const client = await live(at % 2 === 0 ? 'view=traces' : 'view=stacks');
      client.close();
      if (at % 4 === 3) while ((await get('stats')).clients.streams > 0) await later(1);
    }
    await later(200);

    expect((await get('stats')).clients).to.include({ streams: 0 });
    expect(service.cache.stats().subscriptions).to.have.length(before.subscriptions);
    expect(handles()).to.be.at.most(before.handles + 1);
    expect(handle.stats()).to.include({ lost: 0, inFlight: 0 });
  });
});
