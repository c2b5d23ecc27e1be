import { expect } from 'chai';
import { remoteScope, type RemoteScope } from '../../../src/testing/remote/index.js';
import { post } from './payloads.js';

describe('OtlpServer, receiving a request that names a host,', () => {
  let scope: RemoteScope;
  beforeEach(async () => {
    scope = await remoteScope();
  });
  afterEach(() => scope.close());

  const traces = (): string => `${scope.receiver.url}/v1/traces`;

  for (const host of [
    'localhost',
    'LocalHost:4318',
    'localhost.',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]',
    '[::1]:4318',
  ]) {
    it(`accepts it if the host is ${host}`, async () => {
      expect((await post(traces(), { host })).status).to.equal(200);
    });
  }

  for (const host of [
    'evil.example',
    'evil.example:4318',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.evil.example',
    '10.0.0.1',
    '0.0.0.0',
    '[::2]',
    '[',
  ]) {
    it(`rejects it if the host is ${host}, because it may come from a web page whose name resolves to this machine`, async () => {
      const { status, body } = await post(traces(), { host });

      expect(status).to.equal(403);
      expect(JSON.parse(body)).to.deep.equal({ message: scope.receiver.stats().lastRejection });
      expect(body).to.include('the Host header must be localhost or a loopback address');
      expect(scope.receiver.stats().rejected.wrong_host).to.equal(1);
    });
  }

  it('accepts it from a page of this machine', async () => {
    expect((await post(traces(), { origin: 'http://localhost:3000' })).status).to.equal(200);
  });

  for (const origin of ['https://evil.example', 'null', '']) {
    it(`rejects it from a page of ${origin || 'an empty origin'}`, async () => {
      const { status, body } = await post(traces(), { origin });

      expect(status).to.equal(403);
      expect(body).to.include('the Origin header must be localhost or a loopback address');
    });
  }

  it('shows rejected requests in the messages of a test', async () => {
    await post(traces(), { host: 'collector.internal' });

    expect(scope.explainNoSpans()).to.equal(
      "a request was rejected: the Host header must be localhost or a loopback address, got 'collector.internal' (string)",
    );
  });
});
