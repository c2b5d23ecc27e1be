import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport as AnyTransport1 } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ConsoleApi } from '../../src/api/console-api.js';
import { Engine } from '../../src/engine/engine.js';
import { newParts } from '../../src/engine/parts.js';
import { Responder } from '../../src/http/responder.js';
import { startServer, type RunningServer } from '../../src/http/server.js';
import type { ToolAnswer } from '../../src/mcp/answer.js';
import { mcpRoutes } from '../../src/mcp/mount.js';
import { ToolBox } from '../../src/mcp/tools.js';
import type { SeenProcess } from '../../src/model/span-row.js';
import { LogRowMaker } from '../../src/model/log-rows.js';
import { TracesInProgress } from '../../src/traces/traces-in-progress.js';
import { NONE_ON_THE_WAY } from '../api/losses.js';
import { TestHost } from '../api/test-console.js';
import { DeliveredRows } from '../model/delivered-rows.js';
import { testService, type TestService } from '../service.js';

export const TOKEN = 'agents-0123456789abcdefghijklmnopqrstuvwxyz';

/** A client of either generation, reduced to what the tests need. */
export interface Agent {
  readonly instructions: string | undefined;
  /** Version of the protocol that was agreed on. */
  readonly protocol: string | undefined;
  list(): Promise<{ readonly name: string; readonly [member: string]: unknown }[]>;
  call(name: string, args?: Record<string, unknown>): Promise<ToolAnswer>;
  close(): Promise<void>;
}

export interface AgentConsole extends TestService {
  readonly api: ConsoleApi;
  readonly engine: Engine;
  readonly host: AgentHost;
  readonly server: RunningServer;
  readonly url: string;
  connect(generation?: Generation): Promise<Agent>;
  /** Calls a tool as the command line does. */
  call(name: string, args?: Record<string, unknown>): Promise<ToolAnswer>;
  /** Calls of `wait_for` that are waiting. */
  waits(): number;
  /** Resolves when every span that has ended is in the console. */
  settled(): Promise<void>;
}

export type Generation = 1 | 2;

/** A service from which nothing was lost. */
class AgentHost extends TestHost {
  lost = 0;
  readonly #process: SeenProcess;

  constructor(process: SeenProcess) {
    super(() => Date.now());
    this.#process = process;
    this.stats = { spans: { dropped: {} } };
  }

  override losses() {
    return { ...NONE_ON_THE_WAY, feed: this.lost };
  }

  override processes() {
    return [{ ...this.#process, state: 'connected' as const, received: 5, lost: 0 }] as never;
  }
}

const closing: (() => Promise<unknown>)[] = [];

/** Closes what a test has opened, the last first. */
export async function closeAgents(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

/** A service with the real SDK, an engine that gets its traces, and a console with tools. */
export async function agentConsole({
  epoch = 'e1',
  port = 0,
}: { epoch?: string; port?: number } = {}): Promise<AgentConsole> {
  const service = testService({ trackOpenSpans: true });
  const shop: SeenProcess = { id: 1, origin: 'host', service: 'shop', pid: 4711, resource: {} };
  const engine = new Engine(newParts({ maxSpans: 100_000, maxBytes: 64 * 2 ** 20 }), {
    waiting: () => new TracesInProgress(() => {}).waiting,
  });
  const rows = new DeliveredRows(shop);
  const logs = new LogRowMaker();
  const traces = service.cache.subscribeToTraces(
    (trace) => {
      engine.count(trace.spans.length, Date.now());
      engine.addTrace(rows.trace(trace), Date.now());
    },
    { settleMillis: 10, timeoutMillis: 300 },
  );
  service.cache.subscribe(({ orphans }) => orphans.forEach((orphan) => engine.addLog(logs.of(orphan, shop))), {
    orphans: true,
  });
  const host = new AgentHost(shop);
  const api = new ConsoleApi({
    engine,
    host,
    epoch: { id: epoch, startedAt: Date.now(), versions: { console: '0.1.0', cache: '0.1.0', node: '20' } },
    clock: { now: () => Date.now(), elapsed: () => performance.now() },
  });
  const tools = new ToolBox(api);
  const server = await startServer((context) => Responder.create(api, context, { mount: mcpRoutes(tools) }), {
    port,
    token: TOKEN,
  });
  closing.push(
    () => service.shutdown(),
    () => server.close(),
  );
  const url = `http://127.0.0.1:${server.port}`;
  return {
    ...service,
    api,
    engine,
    host,
    server,
    url,
    waits: () => tools.waits,
    connect: (generation = 2) => connectHttp(url, generation),
    call: (name, args = {}) => callPlain(url, name, args),
    settled: async () => {
      service.cache.flush();
      traces.take().forEach((trace) => {
        engine.count(trace.spans.length, Date.now());
        engine.addTrace(rows.trace(trace), Date.now());
      });
    },
  };
}

async function callPlain(url: string, name: string, args: Record<string, unknown>): Promise<ToolAnswer> {
  const response = await fetch(`${url}/mcp/tools/${name}`, {
    method: 'POST',
    body: JSON.stringify(args),
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as ToolAnswer;
}

async function connectHttp(url: string, generation: Generation): Promise<Agent> {
  const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } };
  const address = new URL('/mcp', url);
  return generation === 2
    ? connect2(new StreamableHTTPClientTransport(address, { requestInit }))
    : connect1(new Transport1(address, { requestInit }) as AnyTransport1);
}

/** The protocol of 2026. */
export async function connect2(transport: Parameters<Client['connect']>[0]): Promise<Agent> {
  const client = new Client({ name: 'test', version: '2' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(transport);
  const close = () => client.close();
  closing.push(close);
  return {
    instructions: client.getInstructions(),
    protocol: client.getNegotiatedProtocolVersion(),
    list: async () => (await client.listTools()).tools,
    call: async (name, args = {}) => (await client.callTool({ name, arguments: args })) as ToolAnswer,
    close,
  };
}

/** The protocol of 2025. */
export async function connect1(transport: AnyTransport1): Promise<Agent> {
  const client = new Client1({ name: 'test', version: '1' });
  await client.connect(transport);
  const close = () => client.close();
  closing.push(close);
  return {
    instructions: client.getInstructions(),
    protocol: (transport as { readonly protocolVersion?: string }).protocolVersion,
    list: async () => (await client.listTools()).tools,
    call: async (name, args = {}) => (await client.callTool({ name, arguments: args })) as ToolAnswer,
    close,
  };
}

export function textOf({ content }: ToolAnswer): string {
  return content.map(({ text }) => text).join('\n');
}

/** As the budget counts them: four characters each, of the JSON that is sent. */
export function tokensOf(value: unknown): number {
  return JSON.stringify(value).length / 4;
}
