import { expect } from 'chai';
import { agentConsole, closeAgents, textOf, tokensOf, TOKEN } from './agent-console.js';
import { order } from './shop.js';
import { stdioAgent } from './stdio-agent.js';

interface Found {
  readonly traces: { readonly traceId: string; readonly nPlusOne?: boolean }[];
}

describe('An agent at work on a slow endpoint', () => {
  afterEach(closeAgents);

  it('finds an N+1 query, explains it, and compares before and after the fix, by calls of tools alone', async () => {
    const console = await agentConsole();
    const entry = { pid: 4711, service: 'shop', url: `${console.url}/`, token: TOKEN, startedAt: Date.now() - 60_000 };
    const agent = await stdioAgent(() => [entry]);
    for (let index = 0; index < 20; index++) order({ ...console, queries: 1, attributes: { 'app.items': 1 } });
    for (let index = 0; index < 4; index++) order({ ...console, queries: 12, attributes: { 'app.items': 12 } });
    order({ ...console, route: '/health' });
    order({ ...console, route: '/pay', fails: true });
    await console.settled();

    const overview = await agent.call('overview');
    expect(textOf(overview)).to.match(/repeated calls \(N\+1\):\n {2}pg\.query SELECT: 68 calls/);
    expect(textOf(overview)).to.match(/attribute keys seen: .*app\.items/);
    expect(textOf(overview)).to.include('1 x RangeError: card <n> declined');

    const found = await agent.call('find_traces', { query: 'root.duration > 200ms', sort: 'slowest' });
    const { traces } = found.structuredContent as unknown as Found;
    expect(traces).to.have.length(4);
    expect(traces.every(({ nPlusOne }) => nPlusOne === true)).to.equal(true);

    const trace = await agent.call('get_trace', { traceId: traces[0]!.traceId });
    expect(textOf(trace)).to.include('98 % 240 ms pg.query SELECT x12');
    expect(textOf(trace)).to.match(
      /12 x pg\.query SELECT, one after the other, 240 ms, 98 % of the parent #\w+, example #\w+: SELECT \* FROM items WHERE id = \?/,
    );
    const [example] = (trace.structuredContent as { nPlusOne: { example: string }[] }).nPlusOne;
    const focus = await agent.call('get_trace', { traceId: traces[0]!.traceId, focus: example!.example });
    expect(textOf(focus)).to.match(/db\.query\.text = SELECT \* FROM items WHERE id = \d+/);

    const slow = await agent.call('explain_slow', { query: 'http.route = "/orders/:id"', slowerThan: 200 });
    expect(textOf(slow)).to.include('4 slow roots of traces (at least 200 ms) against 20 normal ones');
    expect(textOf(slow)).to.include('pg.query SELECT: 240 ms against 20 ms (+220 ms)');
    expect(textOf(slow)).to.include('app.items = 12: 100 % of slow (4), 0 % of normal (0)');

    await agent.call('mark', { name: 'fix' });
    for (let index = 0; index < 5; index++) order({ ...console, queries: 1, attributes: { 'app.items': 12 } });
    order({ ...console, route: '/pay' });
    await console.settled();
    const fixed = await agent.call('wait_for', {
      query: 'http.route = "/orders/:id" and app.items = 12',
      since: 'fix',
      seconds: 5,
    });
    expect(fixed.structuredContent).to.have.property('matched', 5);

    const compared = await agent.call('stacks', { mark: 'fix' });
    expect(textOf(compared)).to.match(/GET \/orders\/:id > pg\.query SELECT: .*per root call 2\.83 -> 1 \(-65 %\)/);
    expect(textOf(compared)).to.match(
      /GET \/orders\/:id: p50 25 ms -> 25 ms, p95 24\d ms -> 25 ms \(-90 %\), calls 24 -> 5/,
    );
    expect(textOf(compared)).to.include('GET /health: gone, it had 1 call');
    expect(textOf(await agent.call('errors', { mark: 'fix' }))).to.include(
      'GONE: 1 x before RangeError: card 4711 declined',
    );
  });

  it('compares before and after a fix that came with a restart of the service', async () => {
    const broken = await agentConsole();
    const entryOf = ({ url }: typeof broken, startedAt: number) => ({
      pid: startedAt,
      service: 'shop',
      url: `${url}/`,
      token: TOKEN,
      startedAt,
    });
    let entry = entryOf(broken, 1);
    const agent = await stdioAgent(() => [entry]);
    for (let index = 0; index < 4; index++) order({ ...broken, queries: 12 });
    order({ ...broken, fails: true });
    order({ ...broken, route: '/pay', fails: true });
    order({ ...broken, route: '/health', queries: 1 });
    await broken.settled();
    await agent.call('mark', { name: 'fix' });

    const fixed = await agentConsole({ epoch: 'e2' });
    entry = entryOf(fixed, 2);
    for (let index = 0; index < 5; index++) order({ ...fixed, queries: 1 });
    order({ ...fixed, route: '/pay', fails: true });
    await fixed.settled();
    const [stacks, errors] = [await agent.call('stacks', { mark: 'fix' }), await agent.call('errors', { mark: 'fix' })];
    const unknown = await agent.call('stacks', { mark: 'never set' });
    const queried = await agent.call('errors', { mark: 'fix', query: 'x' });

    expect(textOf(stacks)).to.include('before the mark fix').and.to.include('in an earlier process');
    expect(textOf(stacks)).to.match(
      /GET \/orders\/:id > pg\.query SELECT: .*calls 48 -> 5, per root call 9\.6 -> 1 \(-90 %\)/,
    );
    expect(textOf(stacks))
      .to.include('GET /health: gone, it had 1 call')
      .and.to.include('GET /health > pg.query SELECT: gone');
    expect(textOf(errors)).to.include('Groups of errors: 0 new, 1 remains, 0 gone.');
    expect(textOf(errors)).to.include('REMAINS: 2 x before, 1 x after RangeError: card 4711 declined');
    expect(tokensOf(stacks)).to.be.at.most(4_000);
    expect(unknown.isError).to.equal(true);
    expect(textOf(queried)).to.include('without a query');
  });
});
