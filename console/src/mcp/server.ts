import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import { shown } from './untrusted.js';
import type { ToolAnswer } from './answer.js';
import { type Definition, INSTRUCTIONS } from './definitions.js';

/** Answers a call of a tool. Undefined if there is no tool of this name. */
export type CallTool = (name: string, args: unknown, signal: AbortSignal) => Promise<ToolAnswer> | undefined;

/** A server of the protocol for one request or one connection. It is stateless. */
export function newServer(version: string, definitions: readonly Definition[], callTool: CallTool): Server {
  const server = new Server(
    { name: 'otel-span-cache-console', version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler('tools/list', () => ({ tools: definitions.map((definition) => ({ ...definition })) }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const answer = callTool(params.name, params.arguments, mcpReq.signal);
    if (answer === undefined) {
      const names = definitions.map(({ name }) => name).join(', ');
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `The tool must be one of ${names}, got ${shown(params.name)}.`,
      );
    }
    return { ...(await answer), content: [...(await answer).content] };
  });
  return server;
}
