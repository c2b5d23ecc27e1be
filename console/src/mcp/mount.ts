import { z } from 'zod';
import { ApiError } from '../api/api-error.js';
import type { Mount } from '../http/console-app.js';
import { MAX_BODY } from '../http/guard.js';
import { bodyOf } from '../http/requests.js';
import type { ToolBox } from './tools.js';

/** Maximum number of streams on which clients wait for changes of the list of tools, which never changes. */
const MAX_LISTENERS = 4;

const callBody = z.record(z.string(), z.unknown());

/**
 * Adds the routes for agents. The guard has already checked Host, Origin and token.
 *
 * - `POST /mcp` speaks the Model Context Protocol, of 2026 and of 2025.
 * - `POST /mcp/tools/{name}` takes the arguments of one call and answers its result: for the command line, which speaks
 *   the protocol itself.
 *
 * The tools are loaded at the first call, the protocol's package at the first request that needs it.
 *
 * @param given tools of the console. Default: new ones
 */
export function mcpRoutes(given?: ToolBox): Mount {
  return (app, api) => {
    let loading: Promise<ToolBox> | undefined;
    const toolBox = async () => given ?? (loading ??= import('./tools.js').then(({ ToolBox }) => new ToolBox(api)));
    let handler: Promise<(request: Request) => Promise<Response>> | undefined;
    app.all('/mcp', async (c) => {
      handler ??= toolBox().then((tools) => loadHandler(tools, api.versions.console));
      return (await handler)(c.req.raw);
    });
    app.post('/mcp/tools/:name', async (c) => {
      const name = c.req.param('name');
      const args = await bodyOf(c, callBody);
      const tools = await toolBox();
      const answer = tools.call(name, args, { origin: originOf(c.req.raw), signal: c.req.raw.signal });
      if (answer === undefined) throw new ApiError(404, { error: 'There is no tool of this name.' });
      return c.json(await answer);
    });
  };
}

async function loadHandler(tools: ToolBox, version: string): Promise<(request: Request) => Promise<Response>> {
  const [{ createMcpHandler }, { newServer }, { DEFINITIONS }] = await Promise.all([
    import('@modelcontextprotocol/server'),
    import('./server.js'),
    import('./definitions.js'),
  ]);
  const { fetch } = createMcpHandler(
    ({ requestInfo }) =>
      newServer(version, DEFINITIONS, (name, args, signal) => {
        const origin = requestInfo === undefined ? '' : originOf(requestInfo);
        return tools.call(name, args, { origin, signal });
      }),
    { maxRequestBodySize: MAX_BODY, maxSubscriptions: MAX_LISTENERS },
  );
  return fetch;
}

/** The client's view of the origin, which differs from the console's own through a port forward. */
function originOf(request: Request): string {
  return new URL(request.url).origin;
}
