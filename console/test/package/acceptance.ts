import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect } from 'chai';
import { cleanEnvironment } from '../../../test/environment.js';
import { APP } from '../fixtures/express-app.js';
import { npm, packBoth, type PackedPair } from './packed.js';

const run = promisify(execFile);

export interface Surroundings {
  /** Path of the Node that runs the service and the command. */
  readonly node: string;
  /** Packages of OpenTelemetry, with their versions. */
  readonly packages: readonly string[];
}

/** Tests that somebody who installs the packed packages sees the requests of an unmodified service. */
export function itShowsAnUnmodifiedService({ node, packages }: Surroundings): void {
  let packed: PackedPair;
  let project: string;
  let env: NodeJS.ProcessEnv;
  let service: ChildProcess | undefined;
  let ended: Promise<unknown> | undefined;
  let address: string;
  const output = { stdout: '', stderr: '' };
  /** Another service, which is not traced. */
  const prices = createServer((_, response) => void setTimeout(() => response.end('100'), 5));

  before(async () => {
    prices.listen(0, '127.0.0.1');
    await once(prices, 'listening');
    packed = await packBoth();
    project = join(packed.folder, 'project');
    const own = join(packed.folder, 'own');
    for (const folder of [project, own]) mkdirSync(folder, { mode: 0o700 });
    env = {
      ...cleanEnvironment(),
      PATH: [dirname(node), process.env['PATH']].join(delimiter),
      // Consoles of the developer are not seen, nor is this one seen by them.
      XDG_RUNTIME_DIR: own,
      HOME: own,
      TMPDIR: own,
      COLUMNS: '110',
      PRICES: `http://127.0.0.1:${(prices.address() as AddressInfo).port}`,
    };
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', private: true }));
    writeFileSync(join(project, 'app.js'), APP);
    const tarballs = [packed.core.tarball, packed.console.tarball];
    await npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs, 'express@5', ...packages);

    // Its own process group: npx does not pass a signal on.
    service = spawn('npx', ['otel-span-cache-console', 'run', 'app.js'], { cwd: project, env, detached: true });
    ended = once(service, 'exit');
    for (const name of ['stdout', 'stderr'] as const)
      service[name]!.on('data', (text) => (output[name] += String(text)));
    address = await found(() => /^at (\S+)$/m.exec(output.stdout)?.[1]);
    await found(() => /^otel-span-cache-console: \S+ at http/m.exec(output.stderr)?.[0]);
    for (const id of [1, 2, 3, 13]) await fetch(`${address}/orders/${id}`).then((response) => response.text());
  });

  after(async () => {
    await end('SIGKILL');
    packed?.remove();
    prices.closeAllConnections();
    prices.close();
  });

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (service?.pid === undefined) return;
    if (!isOver(service)) process.kill(-service.pid, signal);
    await ended;
  }

  function isOver(child: ChildProcess | undefined): boolean {
    return child === undefined || child.exitCode !== null || child.signalCode !== null;
  }

  async function found(look: () => string | undefined): Promise<string> {
    const until = Date.now() + 60_000;
    for (;;) {
      const text = look();
      if (text !== undefined) return text;
      if (isOver(service) || Date.now() > until) throw new Error(`${output.stdout}\n${output.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function command(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('npx', ['otel-span-cache-console', ...args], { cwd: project, env });
    return stdout;
  }

  function shown(pattern: RegExp, ...args: readonly string[]): Promise<string> {
    return repeated(() => command(...args), pattern);
  }

  /** Repeats a request until the answer shows something: a trace is delivered a moment after its end. */
  async function repeated(ask: () => Promise<string>, pattern: RegExp): Promise<string> {
    const until = Date.now() + 60_000;
    for (;;) {
      const text = await ask();
      if (pattern.test(text)) return text;
      if (Date.now() > until) throw new Error(`${pattern} is not in:\n${text}\n${output.stderr}`);
    }
  }

  it('runs it, with one line on standard error and nothing on its standard output', () => {
    expect(output.stdout).to.equal(`at ${address}\n`);
    expect(output.stderr.split('\n')[0]).to.match(
      /^otel-span-cache-console: (?:app|shop) at http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}$/,
    );
  });

  it('lists its requests: traces', async () => {
    const text = await shown(/ 500 /, 'traces');

    expect(text.match(/GET \/orders\/:id +200 /g)).to.have.length(3);
    expect(text).to.match(/GET \/orders\/:id +500 .* ✗ \d no such order/);
  });

  it('lists its call paths with percentiles: stacks', async () => {
    const text = await shown(/GET \/orders\/:id server/, 'stacks');

    expect(text).to.match(/calls .* p50 +p95 +p99 .*stack/);
    expect(text).to.match(/^ +4 .* ms .*GET \/orders\/:id server$/m);
  });

  it('shows a failed request as a tree with its exception: trace', async () => {
    const [first] = (await shown(/"traceId"/, 'traces', 'status = error', '--json')).split('\n');
    const { traceId } = JSON.parse(first!) as { traceId: string };

    const text = await command('trace', traceId);

    expect(text).to.include(traceId);
    expect(text).to.match(/GET \/orders\/:id {2}server/);
    expect(text).to.include('Error: no such order');
  });

  it('follows it: tail', async () => {
    const tail = spawn('npx', ['otel-span-cache-console', 'tail', '--json'], { cwd: project, env, detached: true });
    const tailEnded = once(tail, 'close');
    let text = '';
    tail.stdout.on('data', (chunk) => (text += String(chunk)));
    const count = () => text.split('\n').length - 1;
    await found(() => (count() >= 4 ? text : undefined));

    await fetch(`${address}/orders/5`).then((response) => response.text());
    await found(() => (count() >= 5 ? text : undefined));

    process.kill(-tail.pid!, 'SIGINT');
    await tailEnded;
    const [last] = text.split('\n').slice(-2);
    expect(JSON.parse(last!)).to.include({ name: 'GET /orders/:id', httpStatus: 200 });
  });

  describe('used by a coding agent, over mcp', () => {
    const client = new Client({ name: 'agent', version: '1.0.0' });

    before(async () => {
      const args = ['otel-span-cache-console', 'mcp'];
      await client.connect(new StdioClientTransport({ command: 'npx', args, cwd: project, env: defined(env) }));
      // One price a basket is normal, forty are slow: longer than the first request of all takes.
      for (const items of [1, 1, 1, 1, 1, 1, 40, 40]) {
        await fetch(`${address}/baskets/${items}`).then((response) => response.text());
      }
    });

    after(() => client.close());

    async function answer(name: string, args: Record<string, unknown> = {}): Promise<string> {
      const { content } = await client.callTool({ name, arguments: args });
      return (content as { text: string }[]).map(({ text }) => text).join('\n');
    }

    it('answers which requests are slow: overview', async () => {
      await repeated(() => answer('overview'), /GET \/baskets\/:items: 8 calls/);

      const text = await answer('overview');

      expect(text).to.match(/slowest traces:\n.* GET \/baskets\/:items 200/);
    });

    it('answers why: explain_slow', async () => {
      const text = await answer('explain_slow', { query: 'http.route = "/baskets/:items"' });

      expect(text).to.match(/repeated calls in slow traces \(N\+1\):\n {2}40 x GET, one after the other/);
    });
  });

  describe('without its token', () => {
    const wrong = { authorization: `Bearer ${'x'.repeat(32)}` };
    let url: string;
    before(() => (url = /at (http:\S+)#/.exec(output.stderr)![1]!));

    const ask = (path: string, more: Record<string, string>) => {
      const method = path === 'mcp' ? 'POST' : 'GET';
      const body = method === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' : null;
      const type = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      return fetch(url + path, { method, body, headers: { ...type, ...more } });
    };

    // Fewer than ten failures in all: after ten in a minute, every answer is 429.
    for (const path of ['api/v1/hello', 'api/v1/traces', 'api/v1/live?view=traces', 'api/v1/stats', 'mcp']) {
      it(`answers 401 to ${path}`, async () => {
        const answered = await ask(path, {});

        expect(answered.status).to.equal(401);
        expect(await answered.text()).to.not.include('orders');
      });
    }

    for (const path of ['api/v1/hello', 'mcp']) {
      it(`answers 401 to ${path} with another token`, async () => {
        expect((await ask(path, wrong)).status).to.equal(401);
      });
    }

    it('serves files of its page without a span or a token in them', async () => {
      const text = await fetch(url).then((response) => response.text());

      expect(text).to.include('<title>');
      expect(text).to.not.include('orders');
      expect(text).to.not.include(/#([\w-]{32})/.exec(output.stderr)![1]);
    });

    it('refuses the command of somebody who cannot read the list of consoles', async () => {
      const elsewhere = join(packed.folder, 'elsewhere');
      mkdirSync(elsewhere, { mode: 0o700 });
      const others = { ...env, XDG_RUNTIME_DIR: elsewhere, HOME: elsewhere, TMPDIR: elsewhere };

      const failure = await run('npx', ['otel-span-cache-console', 'traces', '--url', url], {
        cwd: project,
        env: others,
      })
        .then(() => undefined)
        .catch((error: { code: number; stdout: string; stderr: string }) => error);

      expect(failure).to.include({ code: 1, stdout: '' });
      expect(failure!.stderr).to.match(/token/);
    });
  });

  describe('when the service has ended', () => {
    it('is gone from the list of consoles', async () => {
      expect(await command('ps')).to.match(/http:\/\/127\.0\.0\.1:\d+\//);

      await end('SIGTERM');

      expect(await command('ps', '--json')).to.equal('');
    });
  });
}

function defined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
