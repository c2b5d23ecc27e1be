import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { ClientError } from '../../src/client/client-error.js';
import { ConsoleClient } from '../../src/client/console-client.js';
import type { Frame } from '../../src/api/schemas.js';
import { until } from '../until.js';
import { fakeConsole, frameOf, HELLO, json, traceRow, tracesAnswer, type FakeConsole } from '../cli/fake-console.js';

async function failure(promise: Promise<unknown>): Promise<ClientError> {
  return promise.then(
    () => expect.fail('was fulfilled'),
    (error: ClientError) => error,
  );
}

describe('ConsoleClient', () => {
  let server: FakeConsole;
  let client: ConsoleClient;

  beforeEach(async () => {
    server = await fakeConsole();
    client = new ConsoleClient({ url: server.url, token: 'secret' });
  });

  afterEach(() => server.close());

  it('sends the protocol, the token and the request', async () => {
    server.answer((_, response) => {
      json(response, tracesAnswer([traceRow(1)]));
    });

    const { rows } = await client.traces({ query: 'a = "b&c"', limit: 5, window: undefined });

    const [{ url, headers } = expect.fail('no request')] = server.requests;
    expect(url).to.equal('/api/v1/traces?query=a+%3D+%22b%26c%22&limit=5');
    expect(headers).to.include({ authorization: 'Bearer secret', 'otel-span-cache-protocol': '1' });
    expect(rows.map(({ name }) => name)).to.deep.equal(['GET /orders/1']);
  });

  it('sends no token that it does not have', async () => {
    server.answer((_, response) => json(response, HELLO));

    await new ConsoleClient({ url: server.url, token: undefined }).hello();

    expect(server.requests[0]!.headers).to.not.have.property('authorization');
  });

  describe('when the console refuses', () => {
    for (const [status, headers, message] of [
      [
        401,
        {},
        /^the console at http:.* refuses the given token: set OTEL_SPAN_CACHE_CONSOLE_TOKEN to it, or leave out --url/,
      ],
      [421, {}, /^the console at .* does not answer to the name 127\.0\.0\.1: use 127\.0\.0\.1 or localhost/],
      [426, {}, /^the console at .* uses another protocol version than this command \(1\): use the version/],
      [429, { 'retry-after': '41' }, /has too many clients or failed logins: try again in 41 s$/],
      [429, {}, /try again in a minute$/],
      [404, {}, /^because$/],
      [503, {}, /^the console at .* has failed: because$/],
    ] as const) {
      it(`says in one sentence what ${status} means`, async () => {
        server.answer((_, response) => {
          response.writeHead(status, headers).end(JSON.stringify({ error: 'because' }));
        });

        const error = await failure(client.hello());

        expect(error).to.be.instanceOf(ClientError).and.include({ status });
        expect(error.message).to.match(message);
        expect(error.message).to.not.include('\n');
      });
    }

    it('points at the place of an error in the query', async () => {
      server.answer((_, response) => json(response, { error: 'a value was expected', at: 9, length: 3 }, 400));

      const error = await failure(client.traces({ query: '名 = a and or\x1b' }));

      expect(error.status).to.equal(400);
      expect(error.message.split('\n')).to.deep.equal([
        'a value was expected',
        String.raw`  名 = a and or\x1b`,
        '            ^^^',
      ]);
    });

    it('says the status if there is no reason', async () => {
      server.answer((_, response) => response.writeHead(418).end('<html>'));

      expect((await failure(client.hello())).message).to.equal('HTTP status 418');
    });
  });

  describe('when something else listens there', () => {
    it("reports how the answer differs from a console's", async () => {
      server.answer((_, response) => json(response, { ...HELLO, protocol: 2 }));
      expect((await failure(client.hello())).message).to.match(
        /^the answer at http:.* is not that of a console with protocol 1 \(protocol: /,
      );

      server.answer((_, response) => response.end('<html>'));
      expect((await failure(client.hello())).message).to.match(/is not that of a console with protocol 1 \(it: /);
    });

    it('follows no redirection: the token would go elsewhere', async () => {
      server.answer((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());

      expect((await failure(client.hello())).message).to.match(/^the console at .* does not answer \(/);
      expect(server.requests).to.have.length(1);
    });
  });

  it('says so if nobody listens', async () => {
    await server.close();

    const error = await failure(client.hello());

    expect(error.message).to.equal(`the console at ${server.url} does not answer (nothing listens there)`);
    expect(error.isTemporary).to.equal(true);
  });

  describe('live()', () => {
    async function framesOf(live: AsyncIterable<Frame>): Promise<number[]> {
      const sequence: number[] = [];
      for await (const { seq } of live) sequence.push(seq);
      return sequence;
    }

    it('gives the frames until the stream ends', async () => {
      server.answer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(': hello\n\n');
        for (const seq of [1, 2, 3]) response.write(`data: ${JSON.stringify(frameOf(seq, {}))}\n\n`);
        response.end('data: {"cut');
      });

      expect(await framesOf(client.live('traces', { query: 'x', after: 'e1.0' }))).to.deep.equal([1, 2, 3]);
      expect(server.requests[0]!.url).to.equal('/api/v1/live?view=traces&query=x&after=e1.0');
    });

    it('says why there is no stream', async () => {
      server.answer((_, response) => json(response, { error: 'no' }, 429));

      expect((await failure(framesOf(client.live('traces', {})))).status).to.equal(429);
    });

    it('refuses something that is no frame', async () => {
      server.answer((_, response) => response.end('data: {}\n\n'));

      expect((await failure(framesOf(client.live('traces', {})))).message).to.match(/is not that of a console/);
    });

    it('ends with the connection', async () => {
      server.answer((_, response) => {
        response.write(`data: ${JSON.stringify(frameOf(1, {}))}\n\n`, () => response.destroy());
      });

      expect((await failure(framesOf(client.live('traces', {})))).message).to.match(/does not answer \(/);
    });

    it('ends with its signal, and closes the connection', async () => {
      const controller = new AbortController();
      const closed = new Promise<void>((resolve) => {
        server.answer((_, response) => {
          response.on('close', resolve);
          response.write(`data: ${JSON.stringify(frameOf(1, {}))}\n\n`);
        });
      });
      const live = new ConsoleClient(client.target, controller.signal).live('traces', {});

      await live.next();
      controller.abort();

      expect((await failure(live.next())).name).to.equal('AbortError');
      await closed;
    });

    it('ends with its signal although garbage was collected meanwhile', async () => {
      server.answer((_, response) => {
        response.write(`data: ${JSON.stringify(frameOf(1, {}))}\n\n`);
      });
      const controllers = Array.from({ length: 20 }, () => new AbortController());
      const lives = controllers.map(({ signal }) => new ConsoleClient(client.target, signal).live('traces', {}));
      await Promise.all(lives.map((live) => live.next()));
      const ends = lives.map((live) => failure(live.next()));

      await collectGarbage();
      for (const controller of controllers) controller.abort();

      for (const end of ends) expect((await end).name).to.equal('AbortError');
    });
  });

  it('ends a request with its signal although garbage was collected meanwhile', async () => {
    server.answer((_, response) => response.flushHeaders());
    const controllers = Array.from({ length: 20 }, () => new AbortController());
    const answers = controllers.map(({ signal }) => failure(new ConsoleClient(client.target, signal).hello()));
    await until(() => server.requests.length === 20);

    await collectGarbage();
    for (const controller of controllers) controller.abort();

    for (const answer of answers) expect((await answer).name).to.equal('AbortError');
  });
});

/** Collects garbage three times: the finalizers of one collection may release the objects of the next. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
