import { expect } from 'chai';
import type { Mount } from '../../src/http/console-app.js';
import { closeServed, eventually, serve, TOKEN } from './served.js';

/** Answers with the role of the token. */
const mount: Mount = (app) => {
  app.post('/mcp', async (c) => c.json({ role: c.env.role, text: (await c.req.text()).length }));
  app.get(
    '/mcp/stream',
    () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('x')) })),
  );
};

describe('Routes for agents', () => {
  afterEach(closeServed);

  it('stand behind the guard, on the server of the API', async () => {
    const { ask, askPlain, server } = await serve({ mount });
    const call = { method: 'POST', body: '{}' };

    expect((await askPlain('/mcp', call)).status).to.equal(401);
    expect((await askPlain('/mcp/stream')).status).to.equal(401);
    expect((await ask('/mcp', { ...call, headers: { origin: 'http://evil.example' } })).status).to.equal(403);
    expect((await ask('/mcp', { ...call, headers: { 'content-type': 'text/plain' } })).status).to.equal(415);
    expect((await ask('/mcp', { method: 'POST', body: JSON.stringify('x'.repeat(70_000)) })).status).to.equal(413);
    expect((await ask('/mcp', call)).json).to.deep.equal({ role: 'control', text: 2 });
    expect(server.stats().faults).to.equal(0);
  });

  it('may stream; a client that goes leaves nothing', async () => {
    const { socket, server } = await serve({ mount });
    const client = await socket();
    client.write(`GET /mcp/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
    await new Promise((resolve) => client.once('data', resolve));

    client.destroy();

    await eventually(() => server.stats().connections.open === 0, 'the connection has closed');
    expect(server.stats().faults).to.equal(0);
  });

  it('are not there unless they are mounted', async () => {
    const { ask } = await serve();

    expect((await ask('/mcp', { method: 'POST', body: '{}' })).status).to.equal(404);
  });
});
