import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect } from 'chai';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { closeAgents, connect1, connect2, textOf, type Agent, type Generation } from './agent-console.js';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SERVICE = fileURLToPath(new URL('../fixtures/agent-service.ts', import.meta.url));
const TSCONFIG = fileURLToPath(new URL('../../tsconfig.json', import.meta.url));

describe('The command mcp, as a process', function () {
  this.timeout(60_000);

  let folder: string;
  let env: Record<string, string>;
  const services: ChildProcessWithoutNullStreams[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'console-mcp-'));
    const runtime = join(folder, 'runtime');
    mkdirSync(runtime, { mode: 0o700 });
    env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      XDG_RUNTIME_DIR: runtime,
      TMPDIR: folder,
      TSX_TSCONFIG_PATH: TSCONFIG,
    };
  });

  afterEach(async () => {
    await closeAgents();
    for (const service of services.splice(0)) service.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function startService(): Promise<ChildProcessWithoutNullStreams> {
    const service = spawn(process.execPath, ['--import', TSX, SERVICE], {
      env: { ...env, OTEL_SERVICE_NAME: 'shop' },
      stdio: 'pipe',
    });
    services.push(service);
    service.stderr.pipe(process.stderr);
    await once(service.stdout, 'data');
    return service;
  }

  function connect(generation: Generation): Promise<Agent> {
    const server = { command: process.execPath, args: ['--import', TSX, MAIN, 'mcp'], env };
    return generation === 2 ? connect2(new StdioClientTransport(server)) : connect1(new Transport1(server) as never);
  }

  for (const generation of [1, 2] as Generation[]) {
    it(`finds the service, and the next one after it was killed, for the official client ${generation}.x`, async () => {
      const agent = await connect(generation);
      const none = await agent.call('overview');
      const first = await startService();
      first.stdin.write('12\n');
      const found = await agent.call('wait_for', { query: 'name has orders', seconds: 20 });
      await agent.call('mark', { name: 'fix' });

      first.kill('SIGKILL');
      await once(first, 'exit');
      const second = await startService();
      second.stdin.write('1\n1\n');
      const again = await agent.call('wait_for', { query: 'name has orders', seconds: 20 });
      const compared = await agent.call('stacks', { mark: 'fix' });

      expect(textOf(none)).to.include('No console is running');
      expect(textOf(found)).to.include('pg x12 N+1');
      expect(textOf(again)).to.match(/^Note: a different process of "shop"/);
      expect(textOf(compared))
        .to.include('in an earlier process')
        .and.to.match(/per root call 12\.0 -> 1 \(-92 %\)/);
    });
  }
});
