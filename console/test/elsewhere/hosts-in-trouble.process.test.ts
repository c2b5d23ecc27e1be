import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { cleanEnvironment } from '../../../test/environment.js';
import { LiveClient } from '../http/served.js';
import { until } from '../until.js';
import type { Answer } from './real-console.js';

const HOST = fileURLToPath(new URL('fixtures/host.mjs', import.meta.url));
const TOKEN = 'Zk3v9QwLr0aXb7TnYc5uEe';
const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };
describe('A service in trouble, with its console as it was built', function () {
  this.timeout(90_000);

  let home: string;
  const hosts: ChildProcess[] = [];
  before(() => (home = mkdtempSync(join(tmpdir(), 'otel-span-cache-console-'))));
  after(() => rmSync(home, { recursive: true, force: true }));
  afterEach(() => {
    for (const host of hosts.splice(0)) host.kill('SIGKILL');
  });

  async function start(port: number, { worker = 'thread', files = 0 } = {}) {
    const args = [HOST, String(port), TOKEN, worker];
    const env = { ...cleanEnvironment(), XDG_RUNTIME_DIR: home, HOME: home };
    const stdio: ['ignore', 'pipe', 'pipe', 'ipc'] = ['ignore', 'pipe', 'pipe', 'ipc'];
    const limited = ['-c', 'ulimit -n "$0" && exec "$@"', String(files), process.execPath, ...args];
    const child = files > 0 ? spawn('sh', limited, { env, stdio }) : spawn(process.execPath, args, { env, stdio });
    hosts.push(child);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name]!.on('data', (text) => (output[name] += String(text)));
    const next = async (): Promise<Answer> => {
      const [{ result }] = (await once(child, 'message', { signal: AbortSignal.timeout(45_000) })) as [Answer];
      return result;
    };
    const started = await next();
    const tell = async (...command: unknown[]): Promise<Answer> => {
      const answer = next();
      child.send(command);
      return answer;
    };
    const get = async (path: string, headers: Record<string, string> = AUTHORIZATION): Promise<Answer> => {
      const options = { headers: { ...headers, connection: 'close' }, signal: AbortSignal.timeout(45_000) };
      const response = await fetch(`http://127.0.0.1:${started.port}/api/v1/${path}`, options);
      return { status: response.status, ...((await response.json()) as object) };
    };
    const retained = async (spans: number): Promise<Answer> => {
      return until(
        () => get('stats'),
        (stats) => stats.coverage.retained >= spans,
      );
    };
    return { child, port: started.port as number, output, tell, get, retained };
  }

  it('that is started again under a client: another epoch, a snapshot, and no number or id of before', async () => {
    const first = await start(0);
    await first.tell('spans', 7);
    await first.retained(7);
    const before = await LiveClient.open(first.port, 'view=traces', AUTHORIZATION);
    const { epoch, seq, data } = await before.frame(({ stats }) => stats.coverage.retained === 7);
    const page = await first.get('traces?limit=3');
    first.child.kill('SIGKILL');
    await before.end();

    const second = await start(first.port);
    await second.tell('spans', 2);
    await second.retained(2);
    const client = await LiveClient.open(second.port, `view=traces&after=${epoch}.${seq}`, AUTHORIZATION);
    const [frame] = [await client.frame(() => true)];
    client.close();
    const { pid } = second.child;

    expect(second.port).to.equal(first.port);
    expect([frame.type, frame.reset]).to.deep.equal(['snapshot', 'restarted']);
    expect(frame.epoch).to.not.equal(epoch);
    expect(frame.stats.coverage).to.deep.include({ received: 2, retained: 2, evicted: 0 });
    const names = (frame.data!['rows'] as Answer[]).map(({ name }) => name);
    expect(names).to.deep.equal([`work of ${pid}`, `work of ${pid}`]);
    const [{ traceId }] = data!['rows'] as Answer[];
    expect(await second.get(`trace/${traceId}`)).to.include({ status: 404, reason: 'unknown' });
    expect(await second.get(`traces?cursor=${encodeURIComponent(page.cursor)}`)).to.include({ status: 400 });
  });

  for (const worker of ['thread', 'here']) {
    it(`without file descriptors: connections fail, and succeed when there are some again (worker: ${worker})`, async function () {
      if (process.platform !== 'linux') this.skip();
      const host = await start(0, { worker, files: 512 });

      expect(await host.tell('files')).to.equal('EMFILE');
      const refused = await Promise.all(
        Array.from({ length: 8 }, async () =>
          host.get('hello').then(
            () => 'answered',
            () => 'failed',
          ),
        ),
      );
      await host.tell('free');

      expect(refused).to.include('failed');
      expect(await host.get('hello')).to.include({ status: 200 });
      await host.tell('spans', 1);
      expect((await host.retained(1)).coverage.lost.total).to.equal(0);
    });
  }

  it('writes nothing to its standard output on any input, and two lines to standard error', async () => {
    const taken = createServer().unref();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const host = await start((taken.address() as { port: number }).port);
    const garbage = [
      '\0\x01\x02',
      'GET / HTTP/9\r\n\r\n',
      'GET /api/v1/live?view=traces HTTP/1.1\r\nHost: localhost\r\n',
    ];
    for (const bytes of garbage) {
      const socket = connect(host.port, '127.0.0.1');
      socket.on('error', () => {}).resume();
      socket.end(bytes);
      await once(socket, 'close');
    }
    for (let at = 0; at < 15; at++) await host.get('hello', { authorization: `Bearer ${'x'.repeat(32)}` });
    await host.tell('spans', 100);
    const client = await LiveClient.open(host.port, 'view=traces', AUTHORIZATION);
    await client.frame(() => true);
    client.close();
    expect(await host.get('traces?query=%28')).to.include({ status: 400 });

    const ended = once(host.child, 'close');
    host.child.send(['end']);
    await ended;

    expect(host.output.stdout).to.equal('');
    const [line, ...others] = host.output.stderr.split('\n');
    expect(line).to.match(/^otel-span-cache-console: host at http:\/\/127\.0\.0\.1:\d+\/#Zk3v9QwLr0aXb7TnYc5uEe$/);
    expect(others).to.deep.equal(['']);
  });
});
