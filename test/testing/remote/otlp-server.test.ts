import { deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { remoteScope, type RejectionReason, type RemoteScope } from '../../../src/testing/remote/index.js';
import { names } from '../capture/tracing-tools.js';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
const MAX_BYTES = 10_000;

interface Sent {
  path?: string;
  method?: string;
  type?: string;
  encoding?: string;
  body?: string | Uint8Array;
}

function traces(...spans: object[]): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

function span(fields: object = {}): object {
  return { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'work', ...fields };
}

/** Spans nested in arrays of arrays: one message per level. */
function nestedJson(levels: number): string {
  const open = '{"arrayValue":{"values":['.repeat(levels);
  return `{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":${open}${']}}'.repeat(levels)}}]}}]}`;
}

describe('OtlpServer', () => {
  let scope: RemoteScope;
  beforeEach(async () => {
    scope = await remoteScope({ maxRequestBytes: MAX_BYTES });
  });
  afterEach(() => scope.close());

  async function send({ path = '/v1/traces', method = 'POST', type = JSON_TYPE, encoding, body }: Sent): Promise<Response> {
    return fetch(scope.receiver.url + path, {
      method,
      headers: { 'content-type': type, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) },
      ...(body === undefined ? {} : { body }),
    });
  }

  describe('takes in', () => {
    const body = traces(span());
    const good: Record<string, Sent> = {
      'JSON with a charset': { body, type: `${JSON_TYPE}; charset=utf-8` },
      'what was compressed by gzip': { body: gzipSync(body), encoding: 'gzip' },
      'what was compressed by deflate': { body: deflateSync(body), encoding: 'deflate' },
      'ids in capital letters': { body: traces(span({ traceId: 'A'.repeat(32) })) },
      'a whole number of more than 64 bits, as JavaScript sends it': {
        body: traces(span({ attributes: [{ key: 'k', value: { intValue: 1e30 } }] })),
      },
      'fields it does not know, and null': { body: traces(span({ unknown: [1], kind: null, attributes: null })) },
    };
    for (const [what, sent] of Object.entries(good)) {
      it(what, async () => {
        const response = await send(sent);

        expect(response.status).to.equal(200);
        expect(await response.text()).to.equal('{}');
        expect(names(scope.spans)).to.deep.equal(['work']);
        expect(scope.spans[0]?.traceId).to.equal('a'.repeat(32));
      });
    }

    it('an empty request, by protobuf, with an empty answer of the same type', async () => {
      const response = await send({ type: PROTOBUF, body: new Uint8Array() });

      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.equal(PROTOBUF);
      expect(await response.text()).to.equal('');
    });

    it('a span that was sent twice, once', async () => {
      await send({ body });
      await send({ body });

      expect(names(scope.spans)).to.deep.equal(['work']);
    });

    it('a log record before its span, which gets it as an event', async () => {
      const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
      const logRecords = [{ ...ids, body: { stringValue: 'hello' }, observedTimeUnixNano: '1500000' }];
      await send({ path: '/v1/logs', body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }) });

      await send({ body });

      expect(scope.spans[0]?.events).to.deep.equal([{ name: 'hello', body: 'hello', time: 1.5, attributes: {} }]);
    });
  });

  describe('turns down', () => {
    const bad: Record<string, [number, RejectionReason, Sent]> = {
      'another path': [404, 'wrong_path', { path: '/v1/metrics', body: '{}' }],
      'a path that objects have': [404, 'wrong_path', { path: '/constructor', body: '{}' }],
      'another method': [405, 'wrong_method', { method: 'GET' }],
      'another media type': [415, 'unsupported_media_type', { type: 'text/plain', body: '{}' }],
      'another compression': [415, 'unsupported_media_type', { encoding: 'br', body: '{}' }],
      'a large body': [413, 'too_large', { body: ' '.repeat(MAX_BYTES + 1) }],
      'a small body that becomes large': [413, 'too_large', { encoding: 'gzip', body: gzipSync(' '.repeat(1_000_000)) }],
      'what is not gzip': [400, 'bad_payload', { encoding: 'gzip', body: '{}' }],
      'gzip that is cut off': [400, 'bad_payload', { encoding: 'gzip', body: gzipSync('{}').subarray(0, -9) }],
      'what is not JSON': [400, 'bad_payload', { body: '{' }],
      'JSON that is no object': [400, 'bad_payload', { body: '[]' }],
      'no array of spans': [400, 'bad_payload', { body: '{"resourceSpans":{}}' }],
      'a name that is no string': [400, 'bad_payload', { body: traces(span({ name: 1 })) }],
      'an id that is too short': [400, 'bad_payload', { body: traces(span({ spanId: 'abcd' })) }],
      'an id that is not hexadecimal': [400, 'bad_payload', { body: traces(span({ spanId: 'x'.repeat(16) })) }],
      'an id of zeros': [400, 'bad_payload', { body: traces(span({ traceId: '0'.repeat(32) })) }],
      'a time of more than 64 bits': [400, 'bad_payload', { body: traces(span({ startTimeUnixNano: `${2n ** 64n}` })) }],
      'messages too deep in one another': [400, 'bad_payload', { body: nestedJson(60) }],
      'protobuf that is cut off': [400, 'bad_payload', { type: PROTOBUF, body: Uint8Array.of(0x0a, 5, 0) }],
      'protobuf of a wrong wire type': [400, 'bad_payload', { type: PROTOBUF, body: Uint8Array.of(0x08, 1) }],
      'a protobuf group': [400, 'bad_payload', { type: PROTOBUF, body: Uint8Array.of(0x7b, 0x7c) }],
      'the field 0': [400, 'bad_payload', { type: PROTOBUF, body: Uint8Array.of(0x00, 1) }],
      'a varint without an end': [400, 'bad_payload', { type: PROTOBUF, body: new Uint8Array(20).fill(0xff) }],
      'JSON that says that it is protobuf': [400, 'bad_payload', { type: PROTOBUF, body: traces(span()) }],
    };
    for (const [what, [status, reason, sent]] of Object.entries(bad)) {
      it(`${what}, with ${status}, and goes on`, async () => {
        const response = await send(sent);
        const next = await send({ body: traces(span()) });

        expect(response.status).to.equal(status);
        expect(await response.text()).to.contain(scope.receiver.stats.lastRejection?.slice(0, 20));
        expect(scope.receiver.stats.rejected[reason]).to.equal(1);
        expect(Object.values(scope.receiver.stats.rejected).reduce((sum, count) => sum + count)).to.equal(1);
        expect(next.status).to.equal(200);
        expect(names(scope.spans)).to.deep.equal(['work']);
      });
    }

    it('a request of which one span is bad, as a whole', async () => {
      const response = await send({ body: traces(span(), span({ spanId: '' })) });

      expect(response.status).to.equal(400);
      expect(scope.spans).to.deep.equal([]);
    });
  });

  it('answers any bytes at all, and goes on', async function () {
    this.timeout(60_000);
    const sent = fc.record({
      path: fc.constantFrom('/v1/traces', '/v1/logs'),
      type: fc.constantFrom(PROTOBUF, JSON_TYPE),
      encoding: fc.constantFrom(undefined, 'gzip', 'deflate'),
      body: fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map((text) => Buffer.from(text))),
    });

    await fc.assert(
      fc.asyncProperty(sent, async (request) => {
        const { status } = await send(request as Sent);
        expect(status).to.be.oneOf([200, 400]);
      }),
      { numRuns: 300 },
    );

    expect((await send({ body: traces(span()) })).status).to.equal(200);
  });

  it('shows in its messages what it turned down', async () => {
    await send({ body: '{"resourceSpans":1}' });

    expect(scope.explainNoSpans()).to.equal('a request was rejected: resourceSpans must be an array, got 1 (number)');
  });

  it('lets a listener throw, without blaming the sender', async () => {
    scope.onChange(() => {
      throw new Error('from a test');
    });

    expect((await send({ body: traces(span()) })).status).to.equal(200);
  });
});
