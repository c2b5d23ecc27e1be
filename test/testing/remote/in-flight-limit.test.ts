import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { OtlpServer } from '../../../src/testing/remote/otlp-server.js';
import { RemoteRecords } from '../../../src/testing/remote/remote-records.js';
import { openConnection, post, readToEnd } from './payloads.js';

const MAX_BYTES = 100_000;
const LIMITS = { maxRequestBytes: MAX_BYTES, maxRequestElements: 1_000 };
const SERVER_LIMITS = {
  maxConnections: 3,
  maxRequestsInFlight: 2,
  maxLargestRequests: 1,
  headersMillis: 60_000,
  requestMillis: 60_000,
};

describe('OtlpServer', () => {
  let server: OtlpServer;
  const sockets: Socket[] = [];
  const open: ClientRequest[] = [];

  async function start(limits: Partial<typeof SERVER_LIMITS> = {}): Promise<void> {
    const records = new RemoteRecords({ maxSpansPerScope: 10, maxLogsPerScope: 10, maxBytesPerScope: 1_000_000 });
    server = new OtlpServer(records, LIMITS, { ...SERVER_LIMITS, ...limits });
    await server.listen();
  }

  afterEach(async () => {
    for (const sent of open.splice(0)) sent.on('error', () => {}).destroy();
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.close();
  });

  const traces = (): string => `${server.url}/v1/traces`;

  async function connection(): Promise<Socket> {
    const socket = await openConnection(server.url);
    sockets.push(socket);
    return socket;
  }

  /** A request that has sent this much of its body, and waits. The server has begun to read it. */
  async function halfSent(bytes: number): Promise<ClientRequest> {
    const seen = server.requests;
    const sent = request(traces(), { method: 'POST', headers: { 'content-type': 'application/json' }, agent: false });
    open.push(sent);
    sent.write(`{}${' '.repeat(bytes - 2)}`);
    while (server.requests === seen) await new Promise(setImmediate);
    // The rest of the body is on its way: in the system's buffers, which the server reads turn by turn.
    while (sent.writableLength > 0) await new Promise(setImmediate);
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    return sent;
  }

  async function statusOf(sent: ClientRequest): Promise<number> {
    sent.end();
    const [response] = await once(sent, 'response');
    response.resume();
    return response.statusCode;
  }

  describe('at the limit of requests in progress', () => {
    it('rejects a further one with a request to retry, and accepts the retry', async () => {
      await start();
      const first = await halfSent(10);
      const second = await halfSent(10);

      const refused = await post(traces(), { connection: 'close' });

      expect(refused.status).to.equal(503);
      expect(refused.headers['retry-after']).to.equal('1');
      expect(JSON.parse(refused.body)).to.deep.equal({ message: '2 requests are already in flight' });
      expect(server.rejected.busy).to.equal(1);
      expect([await statusOf(first), await statusOf(second)]).to.deep.equal([200, 200]);
      expect((await post(traces(), {})).status).to.equal(200);
    });
  });

  describe('at the limit of bytes in progress', () => {
    it('rejects a further one with a request to retry, and accepts the retry', async () => {
      await start();
      const first = await halfSent(60_000);
      const body = `{}${' '.repeat(60_000)}`;

      const refused = await post(traces(), { connection: 'close' }, body);

      expect(refused.status).to.equal(503);
      expect(JSON.parse(refused.body).message).to.match(/^bodies of \d+ bytes are already in flight$/);
      expect(await statusOf(first)).to.equal(200);
      expect((await post(traces(), {}, body)).status).to.equal(200);
    });

    it('forgets the size of a body whose sender has disconnected', async () => {
      await start();
      const gone = await halfSent(90_000);

      gone.on('error', () => {}).destroy();
      while (server.rejected.bad_payload === 0) await new Promise(setImmediate);

      expect((await post(traces(), {}, `{}${' '.repeat(90_000)}`)).status).to.equal(200);
    });
  });

  describe('at the limit of open connections', () => {
    it('closes a further one, and counts it', async () => {
      await start();
      await connection();
      await connection();
      await connection();

      const further = await connection();
      await readToEnd(further);

      expect(server.rejected.busy).to.equal(1);
      expect(server.lastRejection).to.equal('3 connections are open already');
    });
  });

  describe('on a connection with a request that', () => {
    it('never completes its headers: answers 408, closes it and counts it', async () => {
      await start({ headersMillis: 50 });
      const socket = await connection();
      socket.write('POST /v1/traces HTTP/1.1\r\nHost: localhost\r\n');

      const answer = await readToEnd(socket);

      expect(answer).to.match(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      expect(answer).to.match(/the request did not arrive in time$/);
      expect([server.requests, server.rejected.too_slow]).to.deep.equal([1, 1]);
    });

    it('never completes its body: answers 408, closes it and counts it once', async () => {
      await start({ headersMillis: 50, requestMillis: 100 });
      const socket = await connection();
      socket.write(
        'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      );

      const answer = await readToEnd(socket);
      while (Object.values(server.rejected).every((count) => count === 0)) await new Promise(setImmediate);

      expect(answer).to.match(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      expect([server.requests, server.rejected.too_slow, server.rejected.bad_payload]).to.deep.equal([1, 1, 0]);
    });

    it('is HTTP/2 as sent by gRPC: answers 400 with an explanation, and closes it', async () => {
      await start();
      const socket = await connection();
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

      const answer = await readToEnd(socket);

      expect(answer).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect([server.requests, server.rejected.bad_payload]).to.deep.equal([1, 1]);
      expect(server.lastRejection).to.match(/^the request is not HTTP\/1\.1: /);
    });

    it('was rejected and has an endless body: answers once, and closes it in time', async () => {
      await start({ headersMillis: 50, requestMillis: 100 });
      const socket = await connection();
      socket.write('POST /v1/metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n');

      const answer = await readToEnd(socket).catch(String);

      expect(answer.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 404']);
      expect(server.requests).to.equal(1);
      expect(server.rejected).to.include({ wrong_path: 1, too_slow: 0 });
    });
  });
});
