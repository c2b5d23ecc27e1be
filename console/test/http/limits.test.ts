import { expect } from 'chai';
import fc from 'fast-check';
import { createServer, type Server } from 'node:net';
import { startServer } from '../../src/http/server.js';
import { runs } from '../../../test/property-runs.js';
import { orderTrace, testConsole } from '../api/test-console.js';
import { answering, AUTHORIZATION, closeServed, eventually, serve, TOKEN } from './served.js';

const HELLO = '/api/v1/hello';
const HEAD = `GET ${HELLO} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n`;

describe('The limits of the server', () => {
  afterEach(closeServed);

  it('accept 16 connections, and answer the next one with an error', async () => {
    const { socket, raw, server } = await serve();
    const sockets = [];
    for (let at = 0; at < 16; at++) sockets.push(await socket());
    await eventually(() => server.stats().connections.open === 16, '16 connections are open');

    const answer = await raw(`${HEAD}\r\n`);
    for (const opened of sockets) opened.destroy();
    await eventually(() => server.stats().connections.open === 0, 'they have closed');

    expect(answer).to.match(/^(?:HTTP\/1.1 503 |$)/);
    expect(server.stats().connections.refused).to.equal(1);
    expect(await raw(`${HEAD}Connection: close\r\n\r\n`)).to.match(/^HTTP\/1.1 200 /);
  });

  it('close a connection whose headers do not come within 10 s, or that says nothing at all', async () => {
    const { socket, raw } = await serve();
    const started = performance.now();
    const dripping = await socket();
    const timer = setInterval(() => dripping.write('X: y\r\n'), 500);
    dripping.write(HEAD);

    const [silent] = await Promise.all([
      raw('', 20_000),
      new Promise<void>((resolve) => dripping.once('close', () => resolve())),
    ]);
    clearInterval(timer);

    expect(performance.now() - started).to.be.within(8_000, 16_000);
    expect(silent).to.match(/^(?:HTTP\/1.1 408 |$)/);
  });

  it('refuse headers of more than 16 kB, and targets that are too long', async () => {
    const { raw } = await serve();

    expect(await raw(`${HEAD}X: ${'x'.repeat(20_000)}\r\n\r\n`)).to.match(/^HTTP\/1.1 431 /);
    expect(await raw(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)).to.match(
      /^HTTP\/1.1 4(?:14|31) /,
    );
  });

  it('hold against any bytes: the next request is answered', async () => {
    const { raw, ask, server } = await serve();
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.string({ minLength: 1 }).map((text) => Buffer.from(text)),
      fc
        .tuple(fc.nat(HEAD.length), fc.uint8Array({ maxLength: 40 }))
        .map(([at, tail]) => Buffer.concat([Buffer.from(HEAD.slice(0, at)), tail])),
      fc.string().map((text) => Buffer.from(`${HEAD}${text}\r\n\r\n`)),
    );

    await fc.assert(
      fc.asyncProperty(bytes, async (sent) => {
        await raw(sent, 30);
      }),
      { numRuns: runs(400) },
    );

    expect((await ask(HELLO)).status).to.equal(200);
    expect(server.stats().faults).to.equal(0);
    await eventually(() => server.stats().connections.open === 0, 'every connection has closed');
  });

  it('hold against any address and any parameters', async () => {
    const { ask, server, add } = await serve();
    add(orderTrace());
    const name = fc.constantFrom(
      'traces',
      'stacks',
      'time',
      'slow',
      'errors',
      'logs',
      'open',
      'complete',
      'live',
      'trace/x',
    );
    const parameter = fc.tuple(
      fc.constantFrom(
        'query',
        'window',
        'sort',
        'limit',
        'cursor',
        'stack',
        'slowerThan',
        'split',
        'mark',
        'at',
        'after',
        '__proto__',
      ),
      fc.oneof(
        fc.string(),
        fc.constantFrom('5m', '0', '1e999', '9999999999999h', '1..2', '-1', 'e1~newest~1~1~~~', 'e1~logs~1~1', '%'),
      ),
    );

    await fc.assert(
      fc.asyncProperty(name, fc.array(parameter, { maxLength: 4 }), async (path, parameters) => {
        const text = parameters.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
        const { status, json } = await ask(`/api/v1/${path}?${text}`);
        expect(status).to.be.oneOf([200, 400, 404]);
        if (status !== 200) expect(json['error']).to.match(/\.$/);
      }),
      { numRuns: runs(400) },
    );

    expect(server.stats().faults).to.equal(0);
  });
});

describe('The port', () => {
  const taken: Server[] = [];
  afterEach(closeServed);
  afterEach(() => {
    for (const server of taken.splice(0)) server.close();
  });

  const take = async (host: string): Promise<number> => {
    const server = createServer();
    taken.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return (server.address() as { port: number }).port;
  };

  it('is the next free one if it is taken, on either address', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      const port = await take(host);
      const { server, ask } = await serve({ port });

      expect(server.port, host).to.be.greaterThan(port);
      expect(server.url).to.equal(`http://127.0.0.1:${server.port}/`);
      expect((await ask(HELLO)).status).to.equal(200);
    }
  });

  it('is this one or none if it was chosen', async () => {
    const port = await take('127.0.0.1');

    const error = await startServer(answering(testConsole()), { port, orNext: false, token: TOKEN }).catch(
      (reason: unknown) => reason,
    );

    expect(error)
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.matches(new RegExp(`cannot listen on port ${port}`));
  });
});

describe('Connections that break', () => {
  afterEach(closeServed);

  it('leave nothing, after 1,000 of them', async function () {
    this.timeout(120_000);
    const { live, server, api, ask } = await serve();
    for (let at = 0; at < 1_000; at++) {
      const client = await live('view=traces');
      client.close();
      if (at % 4 === 3) await eventually(() => server.stats().streams === 0, 'the streams have ended');
    }
    await eventually(() => server.stats().connections.open === 0, 'every connection has closed');

    expect(server.stats()).to.deep.include({ streams: 0, faults: 0 });
    expect(server.stats().resumable).to.be.at.most(8);
    expect(api.stats().clients).to.include({ streams: 0 });
    expect((await ask(HELLO)).status).to.equal(200);
  });

  it('cost less than 1 MB for a client that never reads while 100,000 spans come', async function () {
    this.timeout(120_000);
    const { socket, add, server } = await serve();
    const reader = await socket();
    reader.pause();
    reader.write(
      `GET /api/v1/live?view=traces&limit=1000 HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION.authorization}\r\n\r\n`,
    );
    await eventually(() => server.stats().streams === 1, 'it has a stream');
    for (let at = 0; at < 1_000; at++) {
      add(orderTrace({ queries: 98, name: 'x'.repeat(1_000) }));
      if (at % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }

    expect(server.stats().held).to.be.lessThan(2 ** 20);
  });
});
