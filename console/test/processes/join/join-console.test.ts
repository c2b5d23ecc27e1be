import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { joinConsole } from '../../../src/index.js';
import type { JoinHandle } from '../../../src/processes/join/join-handle.js';
import type { JoinOptions } from '../../../src/processes/join/join-options.js';
import { testService, type TestService } from '../../service.js';
import { RunningConsole } from '../running-console.js';
import { until } from '../../until.js';

describe('joinConsole()', () => {
  const consoles: RunningConsole[] = [];
  const services: TestService[] = [];
  const joins: JoinHandle[] = [];

  afterEach(async () => {
    await Promise.all(joins.splice(0).map((joined) => joined.close()));
    await Promise.all(services.splice(0).map((service) => service.shutdown()));
    await Promise.all(consoles.splice(0).map((each) => each.close()));
  });

  async function startConsole(options?: Parameters<typeof RunningConsole.start>[0]): Promise<RunningConsole> {
    const started = await RunningConsole.start(options);
    consoles.push(started);
    return started;
  }

  function join(options: JoinOptions): TestService & { readonly joined: JoinHandle } {
    const service = testService();
    const joined = joinConsole(service.cache, options);
    services.push(service);
    joins.push(joined);
    return { ...service, joined };
  }

  function endSpans({ tracer }: TestService, count: number): void {
    for (let index = 0; index < count; index++) tracer.startSpan(`span ${index}`).end();
  }

  it('shows the spans of another process, with that process', async () => {
    const shown = await startConsole();
    const service = join(shown.address);

    service.tracer.startSpan('GET /', { attributes: { password: 'secret' } }).end();

    await until(
      () => shown.traces(),
      (traces) => traces.length === 1,
    );
    const [trace] = await shown.traces();
    const { spans } = await shown.ask<{ spans: { attributes: object }[] }>(`trace/${trace!.traceId}`);
    expect(spans[0]!.attributes).to.deep.equal({ password: '[masked]' });
    expect(await shown.processes()).to.deep.equal([
      { id: 2, origin: 'joined', service: 'shop', pid: process.pid, state: 'connected', received: 1, lost: 0 },
    ]);
  });

  it('shows one trace of spans in two processes', async () => {
    const shown = await startConsole();
    const [one, other] = [join(shown.address), join(shown.address)];
    const { trace, context } = await import('@opentelemetry/api');

    const parent = one.tracer.startSpan('GET /');
    const remote = trace.setSpanContext(context.active(), { ...parent.spanContext(), isRemote: true });
    other.tracer.startSpan('query', {}, remote).end();
    parent.end();

    const { traceId } = parent.spanContext();
    const { spans } = await until(
      () => shown.ask<{ spans: unknown[] }>(`trace/${traceId}`).catch(() => ({ spans: [] })),
      (found) => found.spans.length === 2,
    );
    expect(new Set(spans.map((span) => (span as { process: number }).process)).size).to.equal(2);
  });

  it('shows a process before its first span, and that it has ended', async () => {
    const shown = await startConsole();
    const { joined } = join(shown.address);

    await until(
      () => shown.processes(),
      ([first]) => first?.state === 'connected',
    );
    await joined.close();

    const [first] = await shown.processes();
    expect(first).to.deep.include({ state: 'ended', received: 0, lost: 0 });
    expect(joined.closed).to.equal(true);
  });

  it('sends waiting spans when it is closed', async () => {
    const shown = await startConsole();
    const service = join(shown.address);
    // Loads the console's code, which may take longer than a process that ends waits for an answer.
    await shown.received();

    endSpans(service, 1_500);
    await service.joined.close();

    expect(service.joined.stats()).to.deep.include({ sent: 1_500, waiting: 0, lost: 0 });
    expect(await shown.received()).to.equal(1_500);
  });

  it('closes when the cache is shut down, with its last spans', async () => {
    const shown = await startConsole();
    const service = join(shown.address);
    await until(() => service.joined.stats().connected, Boolean);

    endSpans(service, 3);
    await service.shutdown();

    await until(() => service.joined.closed, Boolean);
    expect(service.joined.stats()).to.deep.include({ sent: 3, lost: 0 });
  });

  it('goes on with a console that was started again', async () => {
    const first = await startConsole();
    const { port, token } = first;
    const service = join(first.address);
    endSpans(service, 2);
    await until(
      () => service.joined.stats().sent,
      (sent) => sent === 2,
    );

    await first.close();
    endSpans(service, 3);
    const second = await startConsole({ port, token });

    await until(
      () => service.joined.stats().sent,
      (sent) => sent === 5,
    );
    expect(service.joined.stats().lost).to.equal(0);
    expect(await second.processes()).to.deep.include.members([
      { id: 2, origin: 'joined', service: 'shop', pid: process.pid, state: 'connected', received: 3, lost: 0 },
    ]);
  });

  it('counts as disconnected when its console has not answered for a second, so that it delays the end once', async () => {
    let answered = 0;
    const silent = createServer((_request, response) => {
      // The first request of each.
      if (answered++ < 10) response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const all = Array.from({ length: 10 }, () => join({ url: `http://127.0.0.1:${port}/`, token: 'x'.repeat(32) }));
    try {
      await until(() => all.every(({ joined }) => joined.stats().connected));

      // They begin at different fractions of a millisecond.
      const connected = all.map(async (service, index) => {
        await delay(index * 7);
        endSpans(service, 1);
        await service.joined.forceFlush();
        return service.joined.stats().connected;
      });

      expect(await Promise.all(connected)).to.deep.equal(all.map(() => false));
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('holds a bounded number of spans while there is no console, and counts the others', async function () {
    this.timeout(60_000);
    const first = await startConsole();
    const { port, token } = first;
    const service = join(first.address);
    await until(() => service.joined.stats().connected, Boolean);
    await first.close();

    const count = 60_000;
    for (let left = count; left > 0; left -= 1_000) {
      endSpans(service, 1_000);
      service.cache.flush();
    }
    const second = await startConsole({ port, token });
    await until(
      () => second.received(),
      (received) => received > 0,
    );
    endSpans(service, 1);
    await until(
      () => service.joined.stats(),
      ({ sent, lost }) => sent + lost === count + 1,
    );
    await service.joined.close();

    const { sent, lost, waiting } = service.joined.stats();
    expect(waiting).to.equal(0);
    expect(sent + lost).to.equal(count + 1);
    expect(sent).to.be.within(10_000, 32_768);
    const [shown] = await second.processes();
    expect([shown!.received, shown!.lost]).to.deep.equal([sent, lost]);
  });

  it('sends nothing with a wrong token, and joins nothing', async () => {
    const shown = await startConsole();
    for (const token of [shown.token, 'wrong-0123456789abcdefghijklmnopqrstuvwxyz']) {
      const service = join({ url: shown.url, token });
      endSpans(service, 1);
      await service.joined.close();

      expect(service.joined.stats()).to.deep.include({ connected: false, sent: 0, lost: 1 });
    }
    expect(await shown.processes()).to.deep.equal([]);
  });

  it('opens nothing else by the token for joining', async () => {
    const shown = await startConsole();
    const answer = await fetch(`${shown.url}api/v1/hello`, {
      headers: { authorization: `Bearer ${shown.address.token}` },
    });
    expect(answer.status).to.equal(401);
  });

  it('leaves room for those who look', async () => {
    const shown = await startConsole();
    // Each listens for the end of the process.
    process.setMaxListeners(50);
    const services = Array.from({ length: 40 }, () => join(shown.address));

    services.forEach((service) => endSpans(service, 1));

    await until(
      () => shown.received(),
      (received) => received === 40,
    );
    expect(await shown.processes()).to.have.length(40);
    await Promise.all(services.map(({ joined }) => joined.close()));
    process.setMaxListeners(10);
  });

  it('traces nothing of its own', async () => {
    const shown = await startConsole();
    const service = join(shown.address);
    const store = service.cache.store();

    endSpans(service, 1);
    await until(
      () => service.joined.stats().sent,
      (sent) => sent === 1,
    );

    expect(store.getFinishedSpans()).to.have.length(1);
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['no object', 3, 'options must be an object'],
    ['an unknown option', { uri: '' }, "unknown option 'uri': expected one of url, token, redact"],
    ['another machine', { url: 'http://example.com/', token: 'a' }, 'url must be an address of this machine'],
    ['another protocol', { url: 'https://localhost/', token: 'a' }, 'url must be an address of this machine'],
    ['a url alone', { url: 'http://localhost/' }, 'token must be the token'],
    ['a token alone', { token: 'abc' }, 'url must be an address'],
    ['a token that no header carries', { url: 'http://localhost/', token: 'a\nb' }, 'token must be the token'],
    ['rules that mask nothing', { redact: 'x' }, 'redact must be a regular expression'],
  ];
  for (const [name, options, message] of wrong) {
    it(`throws for ${name}`, () => {
      const { cache } = testService();
      expect(() => joinConsole(cache, options as JoinOptions)).to.throw(TypeError, message);
    });
  }
});
