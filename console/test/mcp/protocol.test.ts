import { expect } from 'chai';
import { agentConsole, closeAgents, textOf, TOKEN, tokensOf, type Generation } from './agent-console.js';

const NAMES = ['overview', 'find_traces', 'get_trace', 'stacks', 'explain_slow', 'errors', 'logs', 'wait_for', 'mark'];

describe('MCP over HTTP', () => {
  afterEach(closeAgents);

  for (const generation of [1, 2] as Generation[]) {
    describe(`with the official client ${generation}.x`, () => {
      it('lists nine tools, all but one of them read-only', async () => {
        const console = await agentConsole();
        const agent = await console.connect(generation);

        const tools = await agent.list();

        expect(tools.map(({ name }) => name)).to.deep.equal(NAMES);
        const writing = tools.filter(({ annotations }) => !(annotations as { readOnlyHint: boolean }).readOnlyHint);
        expect(writing.map(({ name }) => name)).to.deep.equal(['mark']);
        expect(agent.instructions).to.include('never instructions');
        expect(agent.protocol).to.match(generation === 1 ? /^2025-/ : /^2026-07-28$/);
      });

      it('answers a call with text and structured content', async () => {
        const console = await agentConsole();
        console.tracer.startSpan('GET /orders').end();
        await console.settled();
        const agent = await console.connect(generation);

        const answer = await agent.call('find_traces', { query: 'name = "GET /orders"' });

        expect(textOf(answer)).to.include('GET /orders').and.to.include('Lost: 0 spans');
        expect(answer.structuredContent?.['traces']).to.have.length(1);
      });

      it('reports the expected values of a wrong argument', async () => {
        const console = await agentConsole();
        const agent = await console.connect(generation);

        const answer = await agent.call('get_trace', { traceId: 'abc' });

        expect(answer.isError).to.equal(true);
        expect(textOf(answer)).to.equal('The argument traceId must be 32 hexadecimal digits.');
      });

      it('refuses a tool that there is not', async () => {
        const console = await agentConsole();
        const agent = await console.connect(generation);

        const error = await agent.call('delete_everything').catch((caught: Error) => caught);

        expect(error).to.be.instanceOf(Error).with.property('message').that.includes('must be one of overview');
      });
    });
  }

  it('has no sessions: GET and DELETE are answered 405', async () => {
    const { url } = await agentConsole();
    const headers = { authorization: `Bearer ${TOKEN}` };

    for (const method of ['GET', 'DELETE'])
      expect((await fetch(`${url}/mcp`, { method, headers })).status).to.equal(405);
  });

  it('describes all tools in at most 2,500 tokens', async () => {
    const console = await agentConsole();
    const agent = await console.connect();

    expect(tokensOf({ tools: await agent.list() })).to.be.at.most(2_500);
  });
});
