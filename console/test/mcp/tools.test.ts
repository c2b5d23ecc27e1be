import { expect } from 'chai';
import { connect } from 'node:net';
import { ToolBox } from '../../src/mcp/tools.js';
import { until } from '../until.js';
import { agentConsole, closeAgents, textOf, TOKEN } from './agent-console.js';
import { order } from './shop.js';

describe('wait_for', () => {
  afterEach(closeAgents);

  it('returns as soon as a trace matches', async () => {
    const console = await agentConsole();
    const start = performance.now();
    const waiting = console.call('wait_for', { query: 'http.route = "/pay"', seconds: 30 });
    await until(() => console.waits() === 1);
    order(console);
    order({ ...console, route: '/pay' });

    const answer = await waiting;

    expect(answer.structuredContent).to.have.property('matched', 1);
    expect(performance.now() - start).to.be.below(10_000);
  });

  it('finds a trace that came before the call, and only later ones by the time that the answer names', async () => {
    const console = await agentConsole();
    order(console);
    await console.settled();

    const first = await console.call('wait_for', { query: 'name has orders', seconds: 0 });
    const { since } = first.structuredContent as { since: number };
    await until(() => Date.now() > since + 1);
    const [again, none] = [
      await console.call('wait_for', { query: 'name has orders', seconds: 0, since: `${since + 1}` }),
      await console.call('wait_for', { query: 'name has orders', seconds: 0, since: '0s' }),
    ];

    expect(first.structuredContent).to.have.property('matched', 1);
    expect([again, none].map((answer) => answer.structuredContent?.['matched'])).to.deep.equal([0, 0]);
  });

  it('reports after its time the traces that came instead, and the open spans', async () => {
    const console = await agentConsole();
    console.host.open = [
      {
        spanId: 'a'.repeat(16),
        traceId: 'b'.repeat(32),
        parentSpanId: undefined,
        name: 'GET /slow',
        start: Date.now() - 5_000,
        attributes: {},
        logs: 0,
      },
    ];
    order(console);
    await console.settled();

    const answer = await console.call('wait_for', { query: 'name = "GET /slow"', seconds: 0.2 });

    expect(textOf(answer)).to.include('No trace matched within 0.2 s. 1 other trace came.');
    expect(textOf(answer)).to.match(/still open, and matching:\n {2}GET \/slow for 5/);
    expect(textOf(answer)).to.match(/came instead:\n\w{32} .* GET \/orders/);
  });

  it('ends when the client goes away', async () => {
    const console = await agentConsole();
    const body = JSON.stringify({ seconds: 50, query: 'never' });
    const socket = connect(console.server.port, '127.0.0.1');
    socket.write(
      `POST /mcp/tools/wait_for HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until(() => console.waits() === 1);

    socket.destroy();

    await until(() => console.waits() === 0);
  });

  it('ends when a client of the protocol goes away', async () => {
    const console = await agentConsole();
    const agent = await console.connect();
    const waiting = agent.call('wait_for', { query: 'never', seconds: 50 }).catch(() => {});
    await until(() => console.waits() === 1);

    await agent.close();

    await until(() => console.waits() === 0);
    await waiting;
  });

  it('waits sixteen times at once, not more', async () => {
    const console = await agentConsole();
    const api = new ToolBox(console.api);
    const clients = Array.from({ length: 17 }, () => new AbortController());
    const [last, ...others] = clients.map(({ signal }) => ({ origin: 'http://x', signal }));
    const waiting = others.map((caller) => api.call('wait_for', { query: 'never', seconds: 50 }, caller));

    const refused = await api.call('wait_for', { query: 'never' }, last!)!;
    for (const client of clients) client.abort();
    await Promise.all(waiting);

    expect(textOf(refused)).to.include('16 calls of wait_for are waiting already');
    expect(api.waits).to.equal(0);
  });
});

describe('tools', () => {
  afterEach(closeAgents);

  it('show the place of an error in a query', async () => {
    const console = await agentConsole();

    const answer = await console.call('find_traces', { query: 'status = error and duration > soon' });

    expect(answer.isError).to.equal(true);
    const [, place, excerpt, mark] = textOf(answer).split('\n');
    expect(place).to.equal('at character 31:');
    expect(excerpt).to.equal('  status = error and duration > soon');
    expect(mark).to.equal(`${' '.repeat(32)}^^^^`);
  });

  it('show the place of an error at the end of a long query', async () => {
    const console = await agentConsole();

    const answer = await console.call('logs', { query: `${'x and '.repeat(50)}(` });

    const [, , excerpt, mark] = textOf(answer).split('\n');
    expect(excerpt!.length).to.be.below(130);
    expect(mark!.trim()).to.equal('^');
  });

  it('report when and why a trace was evicted', async () => {
    const console = await agentConsole();
    const { traceId } = order(console).spanContext();
    await console.settled();
    console.api.clear();

    const [gone, unknown] = [
      await console.call('get_trace', { traceId }),
      await console.call('get_trace', { traceId: 'f'.repeat(32) }),
    ];

    expect(textOf(gone)).to.match(/^The trace was removed when the history was cleared at \d\d:\d\d/);
    expect(textOf(unknown)).to.include('never seen');
  });

  it('refuse a mark with a query, a mark that there is not, and a focus that is not in the trace', async () => {
    const console = await agentConsole();
    const { traceId } = order(console).spanContext();
    await console.settled();
    await console.call('mark', { name: 'one' });

    const texts = [
      await console.call('stacks', { mark: 'one', query: 'x' }),
      await console.call('stacks', { mark: 'two' }),
      await console.call('errors', { mark: 'two' }),
      await console.call('get_trace', { traceId, focus: 'f'.repeat(16) }),
      await console.call('overview', { colour: 'red' }),
    ].map(textOf);

    expect(texts[0]).to.include('must come without a query');
    expect(texts[1]).to.include('got two; marks: one.');
    expect(texts[2]).to.equal(texts[1]);
    expect(texts[3]).to.include('focus must be a span id of this trace');
    expect(texts[4]).to.equal('There is no argument colour.');
  });

  it('report losses, and that the event loop is blocked', async () => {
    const console = await agentConsole();
    console.host.lost = 7;
    console.host.blockedMillis = 4_200;
    console.host.available = false;

    const text = textOf(await console.call('overview'));

    expect(text)
      .to.include('event loop BLOCKED for 4.2 s')
      .and.to.include('Lost: 7 spans (on the way to the console 7)');
    expect(text).to.include('No span is kept yet');
  });

  it('hint at a longer window if there is nothing in this one', async () => {
    const console = await agentConsole();
    order(console);
    await console.settled();

    expect(textOf(await console.call('find_traces', { query: 'nothing' }))).to.include('Nothing here, but 1 span');
    expect(textOf(await console.call('find_traces', { query: 'rout = x or other = y' }))).to.include(
      'No span has had the attribute rout or other: correct the query.',
    );
  });

  it('end with a link that has the query, the window and the trace, as the client addresses the console', async () => {
    const console = await agentConsole();
    const { traceId } = order(console).spanContext();
    await console.settled();

    const [found, trace] = [
      await console.call('find_traces', { query: 'a = "b c"' }),
      await console.call('get_trace', { traceId }),
    ];

    const links = [found, trace].map((answer) => new URL(textOf(answer).split('Page for the human: ')[1]!));
    expect(links[0]!.origin).to.equal(console.url);
    expect(links[0]!.search).to.equal('');
    const [path, search] = links[0]!.hash.split('?');
    expect(path).to.equal('#/traces');
    expect(new URLSearchParams(search).get('q')).to.equal('a = "b c"');
    expect(new URLSearchParams(search).get('window')).to.match(/^\d+\.\.\d+$/);
    expect(links[1]!.hash).to.match(new RegExp(`^#/trace/${traceId}\\?epoch=`));
    expect(links[1]!.href).not.to.include(TOKEN);
  });
});

describe('/mcp', () => {
  afterEach(closeAgents);

  const BODY = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
  const GOOD = {
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };

  for (const path of ['/mcp', '/mcp/tools/overview', '/MCP', '/mcp/']) {
    it(`is closed without the token, to other origins and to other names: ${path}`, async () => {
      const { url, server } = await agentConsole();
      const ask = (headers: Record<string, string>) =>
        fetch(`${url}${path}`, { method: 'POST', body: BODY, headers }).then(({ status }) => status);
      const raw = new Promise<string>((resolve) => {
        const socket = connect(server.port, '127.0.0.1');
        socket.once('data', (data) => resolve(data.toString().slice(0, 12)));
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
        );
      });

      const { authorization: _, ...withoutToken } = GOOD;
      expect(await ask(withoutToken)).to.equal(401);
      expect(await ask({ ...GOOD, authorization: `Bearer ${TOKEN}x` })).to.equal(401);
      expect(await ask({ ...GOOD, origin: 'http://evil.example' })).to.equal(403);
      expect(await raw).to.equal('HTTP/1.1 421');
    });
  }

  it('takes at most 64 kB, and JSON only', async () => {
    const { url } = await agentConsole();
    const ask = (body: string, type = 'application/json') =>
      fetch(`${url}/mcp`, { method: 'POST', body, headers: { ...GOOD, 'content-type': type } }).then(
        ({ status }) => status,
      );

    expect(await ask('x'.repeat(70_000))).to.equal(413);
    expect(await ask(BODY, 'text/plain')).to.equal(415);
    expect(await ask('{')).to.equal(400);
    expect(await ask(BODY)).to.equal(200);
  });

  for (const path of ['/mcp', '/mcp/tools/overview']) {
    it(`reads a body that says no length, up to 64 kB: ${path}`, async () => {
      const { url } = await agentConsole();
      const ask = (body: string) =>
        fetch(`${url}${path}`, {
          method: 'POST',
          body: new Blob([body]).stream(),
          headers: GOOD,
          duplex: 'half',
        } as RequestInit).then(({ status }) => status);

      expect(await ask(path === '/mcp' ? BODY : '{}')).to.equal(200);
      expect(await ask(`{"x":"${'x'.repeat(70_000)}"}`)).to.equal(413);
    });
  }

  it('answers 404 for a tool that there is not', async () => {
    const { url } = await agentConsole();

    const response = await fetch(`${url}/mcp/tools/constructor`, { method: 'POST', body: '{}', headers: GOOD });

    expect(response.status).to.equal(404);
  });
});
