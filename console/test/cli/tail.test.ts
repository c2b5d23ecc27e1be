import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { ConsoleEntry } from '../../src/processes/registry.js';
import {
  COVERAGE,
  fakeConsole,
  frameOf,
  HELLO,
  json,
  traceRow,
  tracesAnswer,
  type FakeConsole,
} from './fake-console.js';
import { FakeOutput, runCli, type CliOptions, type CliResult } from './run-cli.js';

const names = (text: string): string[] =>
  [...text.matchAll(/GET \/\S+/g)].map(([name]) => name.slice('GET /orders/'.length));

describe('tail', () => {
  let server: FakeConsole;
  let stream: (send: (frame: object) => void, response: ServerResponse) => void;
  let hello: object;
  let controller: AbortController;
  let stdout: FakeOutput;
  let stderr: FakeOutput;
  let ended: Promise<CliResult> | undefined;

  const entryOf = (more: Partial<ConsoleEntry> = {}): ConsoleEntry => {
    return { pid: 7, service: 'shop', url: server.url, token: 't', startedAt: 0, ...more };
  };

  function serve(on: FakeConsole): void {
    on.answer(({ url = '' }, response) => {
      if (url.startsWith('/api/v1/hello')) return json(response, hello);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return stream((frame) => response.write(`data: ${JSON.stringify(frame)}\n\n`), response);
    });
  }

  const start = (argv: readonly string[] = [], options: CliOptions = {}): void => {
    ended = runCli(['tail', ...argv], { running: [entryOf()], signal: controller.signal, stdout, stderr, ...options });
  };

  function stop(): Promise<CliResult> {
    controller.abort();
    return ended!;
  }

  beforeEach(async () => {
    server = await fakeConsole();
    serve(server);
    hello = HELLO;
    controller = new AbortController();
    stdout = new FakeOutput();
    stderr = new FakeOutput();
  });

  afterEach(async () => {
    controller.abort();
    await ended;
    await server.close();
  });

  it('begins with the last traces, then prints each new one once, the oldest first', async () => {
    const rows = Array.from({ length: 15 }, (_, index) => traceRow(15 - index));
    stream = (send) => {
      send(frameOf(1, { rows }, { type: 'snapshot' }));
      send(frameOf(2, { rows: { set: [traceRow(17), traceRow(16), traceRow(3)], gone: [1] } }));
      send(frameOf(3, undefined));
      send(frameOf(4, { rows: { set: [traceRow(18)], gone: [] }, matched: 18 }));
    };
    start(['status', '=', 'error', '--last', '3']);
    await stdout.shows('orders/18');

    expect(await stop()).to.include({ code: 130, stderr: '' });
    expect(names(stdout.text)).to.deep.equal(['13', '14', '15', '16', '17', '18']);
    expect(server.requests.at(-1)!.url).to.equal(
      '/api/v1/live?view=traces&query=status+%3D+error&limit=200&sort=newest',
    );
  });

  it('writes a JSON text on each line', async () => {
    stream = (send) => send(frameOf(1, { rows: [traceRow(2), traceRow(1)] }));
    start(['--json']);
    await stdout.shows('orders/2');
    await stop();

    const rows = stdout.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(rows).to.deep.equal([traceRow(1), traceRow(2)]);
  });

  it('says when traces were left out, and when spans were lost', async () => {
    const lost = { ...COVERAGE, lost: { ...COVERAGE.lost, feed: 1_500, total: 1_500 } };
    stream = (send) => {
      send(frameOf(1, { rows: [] }, { type: 'snapshot' }));
      send(frameOf(2, { rows: { set: [traceRow(1)], gone: [] } }, { cut: 40 }));
      send(
        frameOf(3, undefined, {
          stats: { coverage: lost, spansPerSecond: 1, loop: { delayMillis: 0, blockedMillis: null } },
        }),
      );
    };
    start();
    await stderr.shows('lost');

    expect((await stop()).stderr.split('\n')).to.deep.equal([
      'traces arrive faster than they can be shown: some are left out',
      '1,500 spans lost, 1,500 in all',
      '',
    ]);
  });

  it('says while the event loop of the service is blocked', async () => {
    const blocked = (blockedMillis: number | null) => ({
      stats: { coverage: COVERAGE, spansPerSecond: 1, loop: { delayMillis: 0, blockedMillis } },
    });
    stream = (send) => {
      [null, 200, 700, 4_200, null].forEach((millis, index) => send(frameOf(index, undefined, blocked(millis))));
    };
    start();
    await stderr.shows('runs again');

    expect((await stop()).stderr).to.equal(
      'the event loop of the service is blocked\nthe event loop of the service runs again, after at least 4.2 s\n',
    );
  });

  it('goes on after a break from the last frame', async () => {
    let streams = 0;
    stream = (send, response) => {
      streams++;
      send(
        streams === 1 ? frameOf(5, { rows: [traceRow(1)] }) : frameOf(6, { rows: { set: [traceRow(2)], gone: [] } }),
      );
      if (streams === 1) setTimeout(() => response.destroy(), 20);
    };
    start();
    await stdout.shows('orders/2');
    await stop();

    expect(server.requests.at(-1)!.url).to.include('&after=e1.5');
    expect(names(stdout.text)).to.deep.equal(['1', '2']);
    expect(stderr.text).to.equal(
      `the console at ${server.url} does not answer (it has closed the connection); waiting for it\n`,
    );
  });

  it('goes on with the next process of the service, and says so', async () => {
    const second = await fakeConsole();
    serve(second);
    let listed = [entryOf(), entryOf({ pid: 5, service: 'stock', url: 'http://127.0.0.1:1/' })];
    stream = (send, response) => {
      send(frameOf(5, { rows: [traceRow(8)] }));
      hello = { ...HELLO, epoch: 'e2', processes: [{ ...HELLO.processes[0], pid: 9 }] };
      listed = [entryOf({ pid: 9, url: second.url, token: 'new' })];
      stream = (sendNext) => sendNext(frameOf(1, { rows: [traceRow(1), traceRow(0)] }, { epoch: 'e2' }));
      setTimeout(() => response.end(() => void server.close()), 20);
    };
    start([], { running: () => Promise.resolve(listed.slice(0, 1)) });
    await stdout.shows('orders/1');
    await stop();
    await second.close();

    expect(names(stdout.text)).to.deep.equal(['8', '0', '1']);
    expect(stderr.text).to.include('; waiting for it\n── restarted, as process 9 ──\n');
    expect(second.requests.at(-1)!.headers.authorization).to.equal('Bearer new');
    expect(second.requests.at(-1)!.url).to.not.include('after=');
  });

  it('ends with the process that --pid chose', async () => {
    let listed = [entryOf()];
    stream = (_, response) => {
      listed = [];
      response.end();
    };
    start(['--pid', '7'], { running: () => Promise.resolve(listed) });

    expect(await ended).to.deep.equal({
      code: 0,
      stdout: '',
      stderr: `the console at ${server.url} has ended; waiting for it\nprocess 7 has ended\n`,
    });
  });

  it('requests the newest traces if the console has no stream left', async () => {
    let answers = 0;
    server.answer(({ url = '' }, response) => {
      if (url.startsWith('/api/v1/hello')) return json(response, hello);
      if (url.startsWith('/api/v1/live')) return json(response, { error: 'full' }, 429);
      answers++;
      const rows = answers === 1 ? [traceRow(1)] : [traceRow(2), traceRow(1)];
      return json(response, tracesAnswer(rows));
    });
    start();
    await stdout.shows('orders/2');
    await stop();

    expect(names(stdout.text)).to.deep.equal(['1', '2']);
    expect(stderr.text).to.match(/^the console has no free stream/);
  });

  it('continues with the next process of the service, which has not been named by a span yet', async () => {
    const next = await fakeConsole();
    try {
      next.answer((request, response) => {
        if (request.url!.startsWith('/api/v1/hello')) return json(response, { ...HELLO, epoch: 'e2' });
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        return response.write(
          `event: snapshot\ndata: ${JSON.stringify(frameOf(1, { rows: [traceRow(9)] }, { epoch: 'e2', type: 'snapshot' }))}\n\n`,
        );
      });
      stream = (_, response) => {
        void server.close();
        response.end();
      };
      let calls = 0;
      const old = { pid: 7, service: 'shop', startName: 'app', url: server.url, token: 'secret', startedAt: 0 };
      const young = { pid: 8, service: 'app', url: next.url, token: 'other', startedAt: 1 };
      start([], { running: () => Promise.resolve(calls++ === 0 ? [old] : [young]) });

      await stdout.shows('orders/9');
      await stop();
    } finally {
      await next.close();
    }
  });

  it('ends with a sentence if waiting does not help', async () => {
    server.answer((_, response) => json(response, { error: 'x' }, 426));
    start();

    expect((await ended!).code).to.equal(1);
    expect(stderr.text).to.match(/uses another protocol version than this command \(1\)/);
  });

  it('ends with a sentence if the token of the environment is wrong', async () => {
    server.answer((_, response) => json(response, { error: 'x' }, 401));
    start(['--url', server.url], { env: { OTEL_SPAN_CACHE_CONSOLE_TOKEN: 'wrong' } });

    expect((await ended!).code).to.equal(1);
    expect(stderr.text).to.match(
      /refuses the given token: set OTEL_SPAN_CACHE_CONSOLE_TOKEN to it, or leave out --url/,
    );
  });

  it('ends with a sentence if the console comes back with another token than that of the environment', async () => {
    stream = (_, response) => {
      server.answer((__, next) => json(next, { error: 'x' }, 401));
      response.end();
    };
    start(['--url', server.url], { env: { OTEL_SPAN_CACHE_CONSOLE_TOKEN: 'old' } });

    expect((await ended!).code).to.equal(1);
    expect(stderr.text).to.match(/has ended; waiting for it\n.* refuses the given token: /);
  });

  it('ends well if nobody reads', async () => {
    stream = (send) => {
      send(frameOf(1, { rows: [traceRow(1)] }));
      stdout.failure = 'EPIPE';
      send(frameOf(2, { rows: { set: [traceRow(2)], gone: [] } }));
    };
    stdout.failure = 'EPIPE';
    start();

    expect((await ended!).code).to.equal(0);
  });
});
