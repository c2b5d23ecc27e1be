import { expect } from 'chai';
import crypto from 'node:crypto';
import { request } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import sinon from 'sinon';
import { orderTrace } from '../api/test-console.js';
import { answering, AUTHORIZATION, closeServed, serve, TOKEN, VIEW_TOKEN } from './served.js';
import { Tokens } from '../../src/http/tokens.js';
import { startServer } from '../../src/http/server.js';
import { testConsole } from '../api/test-console.js';

const HELLO = '/api/v1/hello';

describe('The server refuses', () => {
  afterEach(closeServed);

  describe('by the Host', () => {
    it('any name except loopback names, with any port', async () => {
      const { ask, raw } = await serve();
      const statusOf = async (host: string) => (await ask(HELLO, { headers: { host } })).status;

      for (const host of ['localhost', 'localhost:1', '127.0.0.1:65000', '[::1]', '[::1]:9', 'LOCALHOST:80'])
        expect(await statusOf(host), host).to.equal(200);
      for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.2', 'localhost:x', 'a@localhost', '::1'])
        expect(await statusOf(host), host).to.equal(421);
      expect(await raw('GET /health HTTP/1.1\r\nHost:\r\n\r\n')).to.match(/^HTTP\/1.1 421 /);
    });

    it('requests without one, and with two', async () => {
      const { raw } = await serve();

      expect(await raw('GET /health HTTP/1.1\r\n\r\n')).to.match(/^HTTP\/1.1 421 /);
      expect(await raw('GET /health HTTP/1.0\r\n\r\n')).to.match(/^HTTP\/1.1 421 /);
      expect(await raw('GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n')).to.match(/ 4(?:21|00) /);
    });

    it('a target that is an address of its own', async () => {
      const { raw } = await serve();

      expect(await raw('GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n')).to.match(
        /^HTTP\/1.1 400 /,
      );
      expect(await raw('GET http://localhost/health HTTP/1.1\r\nHost: evil.example\r\n\r\n')).to.match(/ 421 /);
    });

    it('for the page and /health as for the API', async () => {
      const { askPlain } = await serve();
      const headers = { host: 'evil.example' };

      expect((await askPlain('/', { headers })).status).to.equal(421);
      expect((await askPlain('/health', { headers })).status).to.equal(421);
    });

    it('allowed names are served', async () => {
      const { ask } = await serve({ allowedHosts: ['dev.example'] });

      expect((await ask(HELLO, { headers: { host: 'dev.example:4380' } })).status).to.equal(200);
      expect((await ask(HELLO, { headers: { host: 'other.example' } })).status).to.equal(421);
    });
  });

  describe('by the page it comes from', () => {
    it('an Origin that is not that of the Host', async () => {
      const { ask, port } = await serve();
      const statusOf = async (origin: string | string[]) => (await ask(HELLO, { headers: { origin } })).status;

      expect(await statusOf(`http://127.0.0.1:${port}`)).to.equal(200);
      for (const origin of [
        'null',
        'http://evil.example',
        'http://127.0.0.1',
        `http://127.0.0.1:${port + 1}`,
        `http://localhost:${port}`,
        `http://user@127.0.0.1:${port}`,
        'file://',
        '',
      ])
        expect(await statusOf(origin), origin).to.equal(403);
      expect(await statusOf([`http://127.0.0.1:${port}`, 'http://evil.example'])).to.equal(403);
    });

    it('a site that is another one', async () => {
      const { ask } = await serve();
      const statusOf = async (site: string) => (await ask(HELLO, { headers: { 'sec-fetch-site': site } })).status;

      expect(await statusOf('same-origin')).to.equal(200);
      expect(await statusOf('none')).to.equal(200);
      for (const site of ['cross-site', 'same-site', 'x', 'same-origin, none'])
        expect(await statusOf(site), site).to.equal(403);
    });

    it('and has no header of CORS in any answer', async () => {
      const { ask, askPlain, port } = await serve();
      const answers = [
        await ask(HELLO, { headers: { origin: `http://127.0.0.1:${port}` } }),
        await ask(HELLO, { headers: { origin: 'http://evil.example' } }),
        await askPlain(HELLO),
        await ask(HELLO, { method: 'OPTIONS', headers: { 'access-control-request-method': 'PUT' } }),
      ];

      for (const { headers } of answers)
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).to.be.empty;
    });
  });

  describe('by the method', () => {
    it('OPTIONS and unknown methods, everywhere', async () => {
      const { ask, raw } = await serve();

      for (const path of [HELLO, '/', '/health', '/mcp', '*']) {
        const { status, headers } = await ask(path, { method: 'OPTIONS' });
        expect(status, path).to.equal(405);
        expect(headers.allow).to.be.a('string');
      }
      expect(await raw('TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n')).to.match(/^HTTP\/1.1 405 /);
    });

    it('one that a path does not have, and names those it has', async () => {
      const { ask } = await serve();

      const { status, headers, json } = await ask('/api/v1/sampling', { method: 'DELETE' });

      expect(status).to.equal(405);
      expect(headers.allow).to.equal('GET, PUT, POST');
      expect(json['error']).to.match(/GET, PUT, POST/);
      expect((await ask('/api/v1/clear', { headers: { 'x-http-method-override': 'POST' } })).status).to.equal(405);
    });
  });

  describe('by the token', () => {
    it('requests of the API without one, or with a wrong one', async () => {
      const { ask, askPlain } = await serve();
      const statusOf = async (authorization: string) => (await ask(HELLO, { headers: { authorization } })).status;

      expect((await askPlain(HELLO)).status).to.equal(401);
      expect((await askPlain('/mcp')).status).to.equal(401);
      for (const wrong of [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, TOKEN, `Basic ${TOKEN}`, 'Bearer '])
        expect(await statusOf(wrong), wrong).to.equal(401);
      expect(await statusOf(`bearer ${TOKEN}`)).to.equal(200);
    });

    it('a token in the address or in a cookie', async () => {
      const { askPlain } = await serve();

      expect((await askPlain(`${HELLO}?token=${TOKEN}`)).status).to.equal(401);
      expect((await askPlain(HELLO, { headers: { cookie: `token=${TOKEN}` } })).status).to.equal(401);
    });

    it('an address of the API that is written another way', async () => {
      const { askPlain } = await serve();

      for (const path of [
        '/%61pi/v1/hello',
        '/API/v1/hello',
        '//api/v1/hello',
        '/x/../api/v1/hello',
        '/./api/v1/hello',
        '/%6dcp',
      ])
        expect((await askPlain(path)).status, path).to.be.oneOf([401, 404]);
    });

    it('everything beyond ten failures in a minute, but the right token', async () => {
      const { askPlain, ask } = await serve();

      const statuses: number[] = [];
      for (let at = 0; at < 13; at++)
        statuses.push((await askPlain(HELLO, { headers: { authorization: 'Bearer wrong' } })).status);
      const { headers } = await askPlain(HELLO);

      expect(statuses).to.deep.equal([...Array.from({ length: 10 }, () => 401), 429, 429, 429]);
      expect(Number(headers['retry-after'])).to.be.within(1, 60);
      expect((await ask(HELLO)).status).to.equal(200);
    });

    it('changes and clearing by a token that may only view', async () => {
      const { ask, add, engine } = await serve();
      add(orderTrace());
      const headers = { authorization: `Bearer ${VIEW_TOKEN}` };

      expect((await ask('/api/v1/sampling', { method: 'PUT', body: '{"ratio":0}', headers })).status).to.equal(403);
      expect((await ask('/api/v1/filter', { method: 'PUT', body: '{}', headers })).status).to.equal(403);
      expect((await ask('/api/v1/sampling', { method: 'POST', body: '{"ratio":0}', headers })).status).to.equal(403);
      expect((await ask('/api/v1/clear', { method: 'POST', body: '{}', headers })).status).to.equal(403);
      expect((await ask('/api/v1/traces', { headers })).status).to.equal(200);
      expect((await ask('/api/v1/mark', { method: 'POST', body: '{"name":"m"}', headers })).status).to.equal(200);
      expect(engine.history.stats().spans).to.equal(3);
    });
  });

  describe('by a comparison in constant time', () => {
    afterEach(() => {
      sinon.restore();
      syncBuiltinESMExports();
    });

    it('of digests of one length, with every token, whichever is right', () => {
      const tokens = new Tokens({ token: TOKEN, viewToken: VIEW_TOKEN, joinToken: 'j'.repeat(10) + TOKEN });
      const compare = sinon.spy(crypto, 'timingSafeEqual');
      syncBuiltinESMExports();
      const comparisonsOf = (header: string | undefined) => {
        compare.resetHistory();
        tokens.roleOf(header);
        return compare.callCount;
      };

      const counts = [
        `Bearer ${TOKEN}`,
        `Bearer ${VIEW_TOKEN}`,
        `Bearer ${'x'.repeat(500)}`,
        'Bearer x',
        undefined,
      ].map(comparisonsOf);

      expect(new Set(counts)).to.deep.equal(new Set([2]));
      for (const { args } of compare.getCalls())
        expect(args.map(({ byteLength }) => byteLength)).to.deep.equal([32, 32]);
    });
  });

  describe('by the body', () => {
    it('bodies other than JSON, because any page can post a form', async () => {
      const { ask, engine, add } = await serve();
      add(orderTrace());
      const types = [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/jsonx',
      ];

      for (const type of types) {
        const asked = { method: 'POST', body: '{}', headers: { 'content-type': type } };
        expect((await ask('/api/v1/clear', asked)).status, type).to.equal(415);
      }
      expect((await ask('/api/v1/clear', { method: 'POST' })).status).to.equal(415);
      expect(engine.history.stats().spans).to.equal(3);
    });

    it('more than 64 kB, whether its length is known or not', async () => {
      const { ask, port } = await serve();
      const body = JSON.stringify({ name: 'x'.repeat(65_536) });

      const known = await ask('/api/v1/mark', { method: 'POST', body });
      const chunked = await new Promise<number>((resolve, reject) => {
        const headers = { ...AUTHORIZATION, 'content-type': 'application/json' };
        const asked = request(
          { port, host: '127.0.0.1', path: '/api/v1/mark', method: 'POST', headers },
          (response) => {
            resolve(response.statusCode ?? 0);
            response.resume();
          },
        );
        asked.on('error', reject);
        for (const part of body.match(/.{1,8192}/g)!) asked.write(part);
        asked.end();
      });

      expect([known.status, chunked]).to.deep.equal([413, 413]);
    });

    it('a body where none belongs, broken JSON, and members that are not known', async () => {
      const { ask } = await serve();
      const answersOf = async (body: string) => (await ask('/api/v1/sampling', { method: 'PUT', body })).json['error'];

      expect((await ask(HELLO, { body: '{}' })).status).to.equal(400);
      expect(await answersOf('{')).to.equal('The body must be JSON.');
      expect(await answersOf('[]')).to.match(/must be/);
      expect(await answersOf('{"ration":1}')).to.equal('There is no member ration.');
      expect(await answersOf('{"ratio":2}')).to.match(/^The member ratio must be/);
      expect(await answersOf('{"__proto__":{"ratio":0}}')).to.match(/There is no member|must be/);
    });
  });

  describe('before a body is sent', () => {
    const requestFor = (host: string, expectation: string, token: string, body: string) =>
      [
        'POST /api/v1/mark HTTP/1.1',
        `Host: ${host}`,
        `Authorization: Bearer ${token}`,
        `Expect: ${expectation}`,
        'Content-Type: application/json',
        'Content-Length: 12',
        'Connection: close',
        '',
        body,
      ].join('\r\n');

    it('what would be refused with it', async () => {
      const { raw } = await serve();
      const begin = async (text: string) => (await raw(text)).slice(0, 'HTTP/1.1 000'.length);

      expect(await begin(requestFor('evil.example', '100-continue', TOKEN, ''))).to.equal('HTTP/1.1 421');
      expect(await begin(requestFor('localhost', '100-continue', 'x'.repeat(32), ''))).to.equal('HTTP/1.1 401');
      expect(await begin(requestFor('localhost', 'more', TOKEN, ''))).to.equal('HTTP/1.1 417');
      expect(await raw(requestFor('evil.example', 'more', TOKEN, ''))).to.include("default-src 'none'");
    });

    it('but nothing else', async () => {
      const { raw, api } = await serve();

      const answer = await raw(requestFor('localhost', '100-continue', TOKEN, '{"name":"m"}'));

      expect(answer).to.match(/^HTTP\/1.1 100 .*\r\n\r\nHTTP\/1.1 200 /);
      expect(api.stacks({}).marks.map(({ name }) => name)).to.deep.equal(['m']);
    });
  });

  describe('by the protocol', () => {
    it('another number in the path, in the header or in a parameter', async () => {
      const { ask } = await serve();
      const wrong = [
        await ask('/api/v2/hello'),
        await ask(HELLO, { headers: { 'otel-span-cache-protocol': '2' } }),
        await ask(`${HELLO}?protocol=0`),
        await ask(`${HELLO}?protocol=1`, { headers: { 'otel-span-cache-protocol': 'one' } }),
      ];

      for (const { status, headers, json } of wrong) {
        expect(status).to.equal(426);
        expect(headers.upgrade).to.equal('otel-span-cache/1');
        expect(json['error']).to.match(/^The protocol must be 1, got /);
      }
      expect((await ask(`${HELLO}?protocol=1`, { headers: { 'otel-span-cache-protocol': '1' } })).status).to.equal(200);
    });

    it('in a way that fetch can read', async () => {
      const { port } = await serve();

      const response = await fetch(`http://127.0.0.1:${port}/api/v9/hello`, { headers: AUTHORIZATION });

      expect(response.status).to.equal(426);
      expect(await response.json()).to.have.property('error');
    });
  });
});

describe('The server', () => {
  afterEach(closeServed);

  it('gives every answer the headers that keep other pages out', async () => {
    const { ask, askPlain, raw, live } = await serve({ mount: (app) => void app.all('/mcp', (c) => c.json({})) });
    const stream = await live('view=traces');
    const answers = [
      await ask(HELLO),
      await askPlain('/health'),
      await askPlain('/'),
      await askPlain(HELLO),
      await ask('/nowhere'),
      await ask(HELLO, { headers: { host: 'evil.example' } }),
      await ask(HELLO, { method: 'OPTIONS' }),
      await ask('/api/v1/openapi.json'),
      await ask('/api/v1/traces', { method: 'HEAD' }),
      await ask('/api/v1/clear', { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } }),
      await ask('/api/v1/traces?limit=0'),
      await ask('/mcp'),
      stream.response,
    ];

    for (const { headers } of answers) {
      expect(String(headers['content-security-policy']).split('; ')).to.have.members([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
      expect(headers).to.include({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      });
      // The files of the page, if they were built, are the same for everybody.
      expect(headers['cache-control']).to.be.oneOf(
        headers['content-type']?.startsWith('text/html') ? ['no-cache'] : ['no-store'],
      );
      expect(headers).not.to.have.property('set-cookie');
    }
    expect(await raw('garbage\r\n\r\n')).to.include("default-src 'none'");
  });

  it('answers /health with name and epoch, and nothing else, without a token', async () => {
    const { askPlain } = await serve();

    expect((await askPlain('/health')).json).to.deep.equal({ name: 'shop', epoch: 'e1' });
  });

  it('listens on 127.0.0.1 and ::1, and on no other address', async () => {
    const { ask, port } = await serve();

    expect((await ask(HELLO)).status).to.equal(200);
    expect((await ask(HELLO, { address: '::1' })).status).to.equal(200);
    const elsewhere = await ask(HELLO, { address: '127.0.0.2' }).catch(({ code }: NodeJS.ErrnoException) => code);
    expect(elsewhere, String(port)).to.equal('ECONNREFUSED');
  });

  describe('on an address that other machines can reach', () => {
    const refusal = async (options: object): Promise<unknown> =>
      startServer(answering(testConsole()), { port: 0, token: TOKEN, ...options }).then(
        async (server) => server.close(),
        (error: unknown) => error,
      );

    it('needs allowedHosts', async () => {
      expect(await refusal({ host: '0.0.0.0' }))
        .to.be.instanceOf(TypeError)
        .with.property('message')
        .that.matches(/allowedHosts/);
    });

    it('needs names that can be names', async () => {
      expect(await refusal({ host: '0.0.0.0', allowedHosts: ['http://x/'] })).to.be.instanceOf(TypeError);
      expect(await refusal({ host: '0.0.0.0', allowedHosts: ['*'] })).to.be.instanceOf(TypeError);
    });

    it('serves the allowed name there', async () => {
      const { ask } = await serve({ host: '0.0.0.0', allowedHosts: ['dev.example'] });

      expect((await ask(HELLO, { address: '127.0.0.2', headers: { host: 'dev.example' } })).status).to.equal(200);
    });

    for (const host of ['0.0.0.0', '::', '[::]']) {
      it(`names an address in its url at which it answers on this machine: ${host}`, async () => {
        const { server } = await serve({ host, allowedHosts: ['dev.example'] });

        const { status } = await fetch(new URL(HELLO, server.url), { headers: AUTHORIZATION });

        expect(status).to.equal(200);
      });
    }
  });

  it('needs tokens of at least 128 bits that a header can carry', async () => {
    const start = async (token: string) => startServer(answering(testConsole()), { port: 0, token });
    const errors: unknown[] = [];
    const weak = [
      '',
      'secret',
      '12345678901234567890123456789012',
      'a'.repeat(60),
      'with space 0123456789abcdefghijklmnopq',
      '0123456789abcdef0123456789abcde',
    ];
    for (const token of weak) errors.push(await start(token).catch((error: unknown) => error));

    for (const error of errors) expect(error).to.be.instanceOf(TypeError);
    const server = await start('0123456789abcdef0123456789abcdef');
    await server.close();
  });
});
