import { expect } from 'chai';
import type { ConsoleEntry } from '../../src/processes/registry.js';
import {
  agentConsole,
  closeAgents,
  textOf,
  tokensOf,
  TOKEN,
  type AgentConsole,
  type Generation,
} from './agent-console.js';
import { order } from './shop.js';
import { stdioAgent } from './stdio-agent.js';

function entryOf({ url }: AgentConsole, members: Partial<ConsoleEntry> = {}): ConsoleEntry {
  return { pid: 4711, service: 'shop', url: `${url}/`, token: TOKEN, startedAt: 1, ...members };
}

describe('MCP over standard input and output', () => {
  afterEach(closeAgents);

  for (const generation of [1, 2] as Generation[]) {
    it(`answers the official client ${generation}.x with nothing but messages of the protocol`, async () => {
      const console = await agentConsole();
      order(console);
      await console.settled();
      const agent = await stdioAgent(() => [entryOf(console)], { generation });

      const tools = await agent.list();
      const answer = await agent.call('find_traces', { query: 'http.route = "/orders/:id"' });

      expect(tools).to.have.length(9);
      expect(textOf(answer)).to.include('GET /orders/:id');
      expect(textOf(answer)).to.include(`Page for the human: ${console.url}/#/`).and.not.to.include(TOKEN);
      for (const line of agent.written().trim().split('\n'))
        expect(JSON.parse(line)).to.have.property('jsonrpc', '2.0');
    });
  }

  it('describes all tools in at most 2,500 tokens, each with the argument that chooses a service', async () => {
    const agent = await stdioAgent(() => []);

    const tools = await agent.list();

    expect(tokensOf({ tools })).to.be.at.most(2_500);
    for (const { inputSchema } of tools) expect(inputSchema).to.have.nested.property('properties.service');
  });

  it('says how to start a console if none runs, and finds one that was started later', async () => {
    const running: ConsoleEntry[] = [];
    const agent = await stdioAgent(() => running);

    const before = await agent.call('overview');
    const console = await agentConsole();
    running.push(entryOf(console));
    const after = await agent.call('overview');

    expect(before.isError).to.equal(true);
    expect(textOf(before)).to.include('npx otel-span-cache-console run app.js');
    expect(after.isError).to.equal(undefined);
  });

  it('says which services there are if several run, and takes the one that is chosen', async () => {
    const [shop, mail] = [await agentConsole(), await agentConsole()];
    order(mail);
    await mail.settled();
    const running = [entryOf(shop), entryOf(mail, { service: 'mail', pid: 4712 })];
    const agent = await stdioAgent(() => running);

    const open = await agent.call('find_traces');
    const [byName, byPid] = [
      await agent.call('find_traces', { service: 'mail' }),
      await agent.call('find_traces', { service: '4712' }),
    ];
    const wrong = await agent.call('find_traces', { service: 'bank' });

    expect(open.isError).to.equal(true);
    expect(textOf(open)).to.include('service "shop", pid 4711').and.to.include('service "mail", pid 4712');
    expect([byName, byPid].map((answer) => answer.structuredContent?.['matched'])).to.deep.equal([1, 1]);
    expect(textOf(wrong)).to.include('No console runs for bank').and.to.include('"mail"');
  });

  it('outlives a restart of the service, and says that its traces are gone', async () => {
    const first = await agentConsole();
    let running = [entryOf(first)];
    const agent = await stdioAgent(() => running);
    await agent.call('overview');

    await first.server.close();
    setTimeout(() => (running = []), 50);
    const started = agentConsole({ epoch: 'e2' });
    setTimeout(() => void started.then((second) => (running = [entryOf(second, { pid: 4713, startedAt: 2 })])), 400);
    const answer = await agent.call('overview');

    expect(answer.isError).to.equal(undefined);
    expect(textOf(answer)).to.match(/^Note: a different process of "shop" answers than before \(pid 4711, now 4713\)/);
    expect(textOf(await agent.call('overview'))).not.to.include('Note:');
  });

  it('follows a service to its next process, which has not been named by a span yet', async () => {
    const [first, other, second] = [await agentConsole(), await agentConsole(), await agentConsole({ epoch: 'e2' })];
    const stock = entryOf(other, { service: 'stock', startName: 'app', pid: 9 });
    let running = [entryOf(first, { startName: 'app' }), stock];
    const agent = await stdioAgent(() => running);
    await agent.call('mark', { service: 'shop', name: 'before' });

    running = [entryOf(second, { service: 'app', pid: 4713, startedAt: 2 }), stock];
    const answer = await agent.call('overview', { service: 'shop' });
    const compared = await agent.call('stacks', { service: 'shop', mark: 'before' });

    expect(textOf(answer)).to.match(/^Note: a different process of "app" answers than before \(pid 4711, now 4713\)/);
    expect(textOf(compared)).to.include('before the mark before');
  });

  it('goes on waiting for a trace when the service restarts meanwhile', async () => {
    const first = await agentConsole();
    let running = [entryOf(first)];
    const agent = await stdioAgent(() => running);
    const waiting = agent.call('wait_for', { query: 'http.route = "/pay"', seconds: 30 });
    while (first.waits() === 0) await new Promise((resolve) => setTimeout(resolve, 5));

    running = [];
    await first.server.close();
    const second = await agentConsole({ epoch: 'e2' });
    running = [entryOf(second, { pid: 4713, startedAt: 2 })];
    while (second.waits() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    order({ ...second, route: '/pay' });

    expect((await waiting).structuredContent).to.have.property('matched', 1);
  });

  it('follows the service of the process that was chosen by its pid', async () => {
    const [first, second] = [await agentConsole(), await agentConsole()];
    let running = [entryOf(first), entryOf(second, { service: 'mail', pid: 9 })];
    const agent = await stdioAgent(() => running, { pid: 4711 });
    const before = await agent.call('overview');

    running = [entryOf(first, { pid: 5000, startedAt: 2 }), entryOf(second, { service: 'mail', pid: 9 })];
    const after = await agent.call('overview');

    expect(before.isError).to.equal(undefined);
    expect(textOf(after)).to.include('pid 4711, now 5000');
  });

  it('takes the address and the token that it is given', async () => {
    const console = await agentConsole();
    const refuse = () => Promise.reject(new Error('no list'));
    const listed = await stdioAgent(refuse, { url: console.url, token: TOKEN });

    expect((await listed.call('overview')).isError).to.equal(undefined);
  });

  it('finds the token of a listed console by each name of loopback', async () => {
    const console = await agentConsole();
    const url = console.url.replace('127.0.0.1', 'localhost');
    const agent = await stdioAgent(() => [entryOf(console)], { url });

    expect((await agent.call('overview')).isError).to.equal(undefined);
  });

  it('requires the token of an address that is not listed', async () => {
    const agent = await stdioAgent(() => [], { url: 'http://127.0.0.1:9/' });

    expect(textOf(await agent.call('overview'))).to.include('OTEL_SPAN_CACHE_CONSOLE_TOKEN');
  });

  it('says that the console is of another version', async () => {
    const console = await agentConsole();
    const agent = await stdioAgent(() => [entryOf(console, { url: `${console.url}/` })]);
    const other = await import('node:http').then(({ createServer }) =>
      createServer((_, response) => response.writeHead(426).end('{"error":"x"}')),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const old = await stdioAgent(() => [entryOf(console, { url: `http://127.0.0.1:${port}/` })]);

    const answer = await old.call('overview');
    other.close();

    expect((await agent.call('overview')).isError).to.equal(undefined);
    expect(textOf(answer)).to.include('another version');
  });

  it('ends when its input ends, or when it is interrupted', async () => {
    const interrupted = new AbortController();
    const [one, other] = [await stdioAgent(() => []), await stdioAgent(() => [], { signal: interrupted.signal })];

    one.endInput();
    interrupted.abort();

    await Promise.all([one.ended, other.ended]);
  });
});
