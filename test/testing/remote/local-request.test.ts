import { expect } from 'chai';
import { remoteScope, type RemoteScope } from '../../../src/testing/remote/index.js';
import { post } from './payloads.js';

describe('OtlpServer, sent a request that names a host', () => {
  let scope: RemoteScope;
  beforeEach(async () => {
    scope = await remoteScope();
  });
  afterEach(() => scope.close());

  const traces = (): string => `${scope.receiver.url}/v1/traces`;

  for (const host of ['localhost', 'LocalHost:4318', 'localhost.', '127.0.0.1', '127.1.2.3:80', '[::1]', '[::1]:4318']) {
    it(`takes it if the host is ${host}`, async () => {
      expect((await post(traces(), { host })).status).to.equal(200);
    });
  }

  for (const host of ['evil.example', 'evil.example:4318', 'localhost.evil.example', '127.0.0.1.evil.example', '127.evil.example', '10.0.0.1', '0.0.0.0', '[::2]', '[']) {
    it(`refuses it if the host is ${host}: its sender may be a web page that had its name resolve to this machine`, async () => {
      const { status, body } = await post(traces(), { host });

      expect(status).to.equal(403);
      expect(JSON.parse(body)).to.deep.equal({ message: scope.receiver.stats().lastRejection });
      expect(body).to.include('the Host header must be localhost or a loopback address');
      expect(scope.receiver.stats().rejected.wrong_host).to.equal(1);
    });
  }

  it('takes it from a page that this machine serves', async () => {
    expect((await post(traces(), { origin: 'http://localhost:3000' })).status).to.equal(200);
  });

  for (const origin of ['https://evil.example', 'null', '']) {
    it(`refuses it from a page of ${origin || 'an empty origin'}`, async () => {
      const { status, body } = await post(traces(), { origin });

      expect(status).to.equal(403);
      expect(body).to.include('the Origin header must be localhost or a loopback address');
    });
  }

  it('shows in the messages of a test what was refused', async () => {
    await post(traces(), { host: 'collector.internal' });

    expect(scope.explainNoSpans()).to.equal(
      "a request was rejected: the Host header must be localhost or a loopback address, got 'collector.internal' (string)",
    );
  });
});
