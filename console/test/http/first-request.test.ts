import { expect } from 'chai';
import { once } from 'node:events';
import { SECURITY_HEADERS } from '../../src/http/security-headers.js';
import { testConsole } from '../api/test-console.js';
import { answering, AUTHORIZATION, closeServed, eventually, serve, TOKEN } from './served.js';

const HELLO = '/api/v1/hello';
const HEAD = `GET ${HELLO} HTTP/1.1\r\nHost: localhost\r\n`;
const FULL = `${HEAD}Authorization: Bearer ${TOKEN}\r\n\r\n`;

/** A server whose code that answers is loaded when the test says so. */
async function serveSlowly() {
  const console = testConsole();
  const responder = answering(console);
  const calls: (() => void)[] = [];
  const served = await serve(
    {
      load: async (context) => {
        await new Promise<void>((resolve) => calls.push(resolve));
        return responder(context);
      },
    },
    console,
  );
  const finish = (): void => calls.forEach((resolve) => resolve());
  return { ...served, loads: () => calls.length, finish };
}

/** A server whose code that answers cannot be loaded. */
async function serveBroken() {
  let loads = 0;
  const served = await serve({
    load: async () => {
      loads++;
      throw Object.assign(new Error('cannot find /home/ann/shop/node_modules/hono'), { code: 'ERR_MODULE_NOT_FOUND' });
    },
  });
  return { ...served, loads: () => loads };
}

describe('Before its first request, the server', () => {
  afterEach(closeServed);

  it('refuses wrong tokens, hosts and origins, with all security headers, and loads nothing', async () => {
    const { ask, askPlain, loads, server } = await serveSlowly();

    const refused = [
      await askPlain(HELLO, { headers: { authorization: `Bearer ${'x'.repeat(32)}` } }),
      await askPlain('/mcp', { method: 'POST', body: '{}' }),
      await ask(HELLO, { headers: { host: 'evil.example' } }),
      await ask(HELLO, { headers: { origin: 'http://evil.example' } }),
    ];

    expect(refused.map(({ status }) => status)).to.deep.equal([401, 401, 421, 403]);
    for (const { headers } of refused) {
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
        expect(headers).to.have.property(name.toLowerCase(), value);
      }
    }
    expect(loads()).to.equal(0);
    expect(server.stats()).to.include({ refused: 4, streams: 0, held: 0, resumable: 0, faults: 0 });
  });

  it('closes', async () => {
    const { server, loads } = await serveSlowly();

    await server.close();

    expect(loads()).to.equal(0);
  });
});

describe('At its first requests, the server', () => {
  afterEach(closeServed);

  it('loads once for all that come meanwhile, and answers each, the bodies included', async () => {
    const { ask, loads, finish, server } = await serveSlowly();

    const asked = [
      ask(HELLO),
      ask('/api/v1/mark', { method: 'POST', body: '{"name":"before"}' }),
      ask('/health'),
      ask('/nowhere'),
    ];
    await eventually(() => server.stats().connections.open === 4 && loads() === 1, 'all requests wait');
    finish();
    const answers = await Promise.all(asked);

    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 404]);
    expect(answers[1]!.json).to.include({ name: 'before' });
    expect((await ask(HELLO)).status).to.equal(200);
    expect(loads()).to.equal(1);
    expect(server.stats().faults).to.equal(0);
  });

  it('takes the body only when it can read it', async () => {
    const { socket, loads, finish } = await serveSlowly();
    const client = await socket();
    let text = '';
    client.on('data', (chunk) => (text += String(chunk)));
    client.write(
      `POST /api/v1/mark HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n`,
    );
    await eventually(() => loads() === 1, 'the request waits');
    expect(text).to.equal('');

    finish();
    await eventually(() => text.startsWith('HTTP/1.1 100 Continue'), 'the server has asked for the body');
    client.write('{"name":"m"}');

    await eventually(() => text.includes('HTTP/1.1 200 OK'), 'the server has answered');
  });

  it('still refuses wrong tokens, and a seventeenth connection', async () => {
    const { ask, askPlain, raw, socket, loads, finish, server } = await serveSlowly();
    const first = ask(HELLO);
    await eventually(() => loads() === 1, 'the first request waits');
    expect((await askPlain(HELLO)).status).to.equal(401);
    while (server.stats().connections.open < 16) await socket();

    expect(await raw(FULL)).to.match(/^HTTP\/1.1 503 /);

    finish();
    expect((await first).status).to.equal(200);
  });

  it('answers nobody who went meanwhile', async () => {
    const { socket, ask, loads, finish, server } = await serveSlowly();
    const client = await socket();
    client.write(FULL);
    await eventually(() => loads() === 1, 'the request waits');
    client.destroy();
    await eventually(() => server.stats().connections.open === 0, 'the connection has closed');

    finish();

    expect((await ask(HELLO)).status).to.equal(200);
    expect(server.stats().faults).to.equal(0);
  });

  it('closes while it loads: a request that waits is not answered', async () => {
    const { socket, loads, finish, server } = await serveSlowly();
    const client = await socket();
    let text = '';
    client.on('data', (chunk) => (text += String(chunk)));
    client.write(FULL);
    await eventually(() => loads() === 1, 'the request waits');
    const ended = once(client, 'close');

    await server.close();
    finish();
    await ended;

    expect(text).to.equal('');
    expect(server.stats().faults).to.equal(0);
  });

  it('answers 500 with the way out if the code cannot be loaded, and counts that once', async () => {
    const { ask, askPlain, loads, server } = await serveBroken();

    const answers = [...(await Promise.all([ask(HELLO), ask(HELLO)])), await askPlain('/')];

    for (const { status, json, headers } of answers) {
      expect(status).to.equal(500);
      expect(json).to.deep.equal({
        error: 'The console could not load its own code (ERR_MODULE_NOT_FOUND): start the service again.',
      });
      expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    }
    expect(loads()).to.equal(1);
    expect(server.stats().faults).to.equal(1);
    expect((await askPlain(HELLO, { headers: AUTHORIZATION })).status).to.equal(500);
    expect((await askPlain(HELLO)).status).to.equal(401);
  });
});
