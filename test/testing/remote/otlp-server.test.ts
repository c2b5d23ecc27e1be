import { deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { remoteScope, type RejectionReason, type RemoteScope } from '../../../src/testing/remote/index.js';
import { runs } from '../../property-runs.js';
import { failureOf, names } from '../capture/tracing-tools.js';
import { field, repeated, spanWith } from './payloads.js';

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

  async function send({
    path = '/v1/traces',
    method = 'POST',
    type = JSON_TYPE,
    encoding,
    body,
  }: Sent): Promise<Response> {
    return fetch(scope.receiver.url + path, {
      method,
      headers: { 'content-type': type, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) },
      ...(body === undefined ? {} : { body }),
    });
  }

  describe('accepts', () => {
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

    it('an empty protobuf request, with an empty answer of the same type', async () => {
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

    it('a log record before its span, which receives it as an event', async () => {
      const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
      const logRecords = [{ ...ids, body: { stringValue: 'hello' }, observedTimeUnixNano: '1500000' }];
      await send({ path: '/v1/logs', body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }) });

      await send({ body });

      expect(scope.spans[0]?.events).to.deep.equal([{ name: 'hello', body: 'hello', time: 1.5, attributes: {} }]);
    });
  });

  describe('rejects', () => {
    const bad: Record<string, [number, RejectionReason, Sent]> = {
      'another path': [404, 'wrong_path', { path: '/v1/metrics', body: '{}' }],
      'a path that objects have': [404, 'wrong_path', { path: '/constructor', body: '{}' }],
      'another method': [405, 'wrong_method', { method: 'GET' }],
      'another media type': [415, 'unsupported_media_type', { type: 'text/plain', body: '{}' }],
      'another compression': [415, 'unsupported_media_type', { encoding: 'br', body: '{}' }],
      'a large body': [413, 'too_large', { body: ' '.repeat(MAX_BYTES + 1) }],
      'a small body that becomes large': [
        413,
        'too_large',
        { encoding: 'gzip', body: gzipSync(' '.repeat(1_000_000)) },
      ],
      'what is not gzip': [400, 'bad_payload', { encoding: 'gzip', body: '{}' }],
      'gzip that is cut off': [400, 'bad_payload', { encoding: 'gzip', body: gzipSync('{}').subarray(0, -9) }],
      'what is not JSON': [400, 'bad_payload', { body: '{' }],
      'JSON that is no object': [400, 'bad_payload', { body: '[]' }],
      'no array of spans': [400, 'bad_payload', { body: '{"resourceSpans":{}}' }],
      'a name that is no string': [400, 'bad_payload', { body: traces(span({ name: 1 })) }],
      'an id that is too short': [400, 'bad_payload', { body: traces(span({ spanId: 'abcd' })) }],
      'an id that is not hexadecimal': [400, 'bad_payload', { body: traces(span({ spanId: 'x'.repeat(16) })) }],
      'an id of zeros': [400, 'bad_payload', { body: traces(span({ traceId: '0'.repeat(32) })) }],
      'a time of more than 64 bits': [
        400,
        'bad_payload',
        { body: traces(span({ startTimeUnixNano: `${2n ** 64n}` })) },
      ],
      'messages too deep in one another': [400, 'bad_payload', { body: nestedJson(60) }],
      'protobuf that is cut off': [400, 'bad_payload', { type: PROTOBUF, body: Uint8Array.of(0x0a, 5, 0) }],
      'protobuf of a wrong wire type': [400, 'bad_payload', { type: PROTOBUF, body: Uint8Array.of(0x08, 1) }],
      'a protobuf group': [400, 'bad_payload', { type: PROTOBUF, body: Uint8Array.of(0x7b, 0x7c) }],
      'the field 0': [400, 'bad_payload', { type: PROTOBUF, body: Uint8Array.of(0x00, 1) }],
      'a varint without an end': [400, 'bad_payload', { type: PROTOBUF, body: new Uint8Array(20).fill(0xff) }],
      'JSON that says that it is protobuf': [400, 'bad_payload', { type: PROTOBUF, body: traces(span()) }],
    };
    for (const [what, [status, reason, sent]] of Object.entries(bad)) {
      it(`${what}, with ${status}, and continues`, async () => {
        const response = await send(sent);
        const next = await send({ body: traces(span()) });

        expect(response.status).to.equal(status);
        expect(await response.text()).to.contain(scope.receiver.stats().lastRejection?.slice(0, 20));
        expect(scope.receiver.stats().rejected[reason]).to.equal(1);
        expect(Object.values(scope.receiver.stats().rejected).reduce((sum, count) => sum + count)).to.equal(1);
        expect(next.status).to.equal(200);
        expect(names(scope.spans)).to.deep.equal(['work']);
      });
    }

    it('a request with one invalid span as a whole', async () => {
      const response = await send({ body: traces(span(), span({ spanId: '' })) });

      expect(response.status).to.equal(400);
      expect(scope.spans).to.deep.equal([]);
    });
  });

  describe('for a small request with more than a million elements', () => {
    const MANY = 1_100_000;
    const JSON_EMPTY = `{}${',{}'.repeat(MANY)}`;
    /** Sent as 4 MB or less, compressed to some kilobytes. */
    const bombs: Record<string, Sent> = {
      'empty resources': { body: repeated([0x0a, 0], MANY) },
      'empty attributes of one span': { body: spanWith(repeated([9 * 8 + 2, 0], MANY)) },
      'empty events of one span': { body: spanWith(repeated([11 * 8 + 2, 0], MANY)) },
      'empty links of one span': { body: spanWith(repeated([13 * 8 + 2, 0], MANY)) },
      'names of one span, of which the last counts': { body: spanWith(repeated([5 * 8 + 2, 0], MANY)) },
      'states of one span, of which the last counts': { body: spanWith(repeated([15 * 8 + 2, 0], MANY)) },
      'fields that nobody reads': { body: spanWith(repeated([14 * 8, 0], MANY)) },
      'empty log records': { path: '/v1/logs', body: field(1, field(2, repeated([2 * 8 + 2, 0], MANY))) },
      'empty resources in JSON': { type: JSON_TYPE, body: `{"resourceSpans":[${JSON_EMPTY}]}` },
      'empty log records in JSON': {
        path: '/v1/logs',
        type: JSON_TYPE,
        body: `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${JSON_EMPTY}]}]}]}`,
      },
      'lists that nobody reads, in JSON': { type: JSON_TYPE, body: `{"unknown":[[]${',[]'.repeat(MANY)}]}` },
      'lists in one another that nobody reads, in JSON': {
        type: JSON_TYPE,
        body: `{"unknown":${'['.repeat(MANY)}${']'.repeat(MANY)}}`,
      },
    };
    for (const [what, { body, ...sent }] of Object.entries(bombs)) {
      it(`${what}: accepts nothing, answers 413, and continues`, async () => {
        await using large = await remoteScope();
        const compressed = gzipSync(body!);
        const headers = { 'content-type': sent.type ?? PROTOBUF, 'content-encoding': 'gzip' };

        const response = await fetch(large.receiver.url + (sent.path ?? '/v1/traces'), {
          method: 'POST',
          headers,
          body: compressed,
        });

        expect(compressed.length).to.be.lessThan(20_000);
        expect(response.status).to.equal(413);
        expect(await response.text()).to.contain('the payload has more than 1000000 elements');
        expect(large.receiver.stats().rejected.too_large).to.equal(1);
        expect([large.receiver.stats().spans, large.receiver.stats().logs]).to.deep.equal([0, 0]);
        expect(
          (await fetch(`${large.receiver.url}/v1/traces`, { method: 'POST', headers: { 'content-type': PROTOBUF } }))
            .status,
        ).to.equal(200);
      });
    }
  });

  describe('with its own limit of elements', () => {
    const body = traces(span({ attributes: [{ key: 'k', value: { stringValue: 'v' } }] }));
    /** Elements in this text: six objects, four lists, four commas; and ten for the span. */
    const elements = 24;

    it('accepts a request at the limit', async () => {
      await using exact = await remoteScope({ maxRequestElements: elements });

      expect(
        (
          await fetch(`${exact.receiver.url}/v1/traces`, {
            method: 'POST',
            headers: { 'content-type': JSON_TYPE },
            body,
          })
        ).status,
      ).to.equal(200);
    });

    it('rejects a request above the limit', async () => {
      await using small = await remoteScope({ maxRequestElements: elements - 1 });

      expect(
        (
          await fetch(`${small.receiver.url}/v1/traces`, {
            method: 'POST',
            headers: { 'content-type': JSON_TYPE },
            body,
          })
        ).status,
      ).to.equal(413);
      expect(small.explainNoSpans()).to.equal('a request was rejected: the payload has more than 23 elements');
    });

    it('treats commas and brackets inside strings as text', async () => {
      await using exact = await remoteScope({ maxRequestElements: elements });
      const text = body.replace('work', '[,{\\",\\\\');

      expect(
        (
          await fetch(`${exact.receiver.url}/v1/traces`, {
            method: 'POST',
            headers: { 'content-type': JSON_TYPE },
            body: text,
          })
        ).status,
      ).to.equal(200);
      expect(names(exact.spans)).to.deep.equal(['[,{",\\']);
    });

    it('defaults to 1,000,000 elements: a batch of 4,096 spans with 20 attributes passes', async () => {
      await using scope = await remoteScope();
      const attributes = Array.from({ length: 20 }, (_, i) => ({ key: `key ${i}`, value: { stringValue: 'value' } }));
      const spans = Array.from({ length: 4_096 }, (_, i) =>
        span({ spanId: `b${i.toString(16).padStart(15, '0')}`, attributes }),
      );

      const response = await fetch(`${scope.receiver.url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': JSON_TYPE },
        body: traces(...spans),
      });

      expect(response.status).to.equal(200);
      expect(scope.spans).to.have.length(4_096);
    });

    it('rejects an invalid limit', async () => {
      expect(await failureOf(remoteScope({ maxRequestElements: 0 }))).to.be.instanceOf(RangeError);
    });
  });

  it('names the kind of an object in its answer, not its million keys', async () => {
    const keys = Array.from({ length: 500 }, (_, i) => `"${i}":0`);
    const response = await send({ body: `{"resourceSpans":{${keys.join()}}}` });

    expect(await response.json()).to.deep.equal({ message: 'resourceSpans must be an array, got an object' });
  });

  it('answers any bytes, and continues', async function () {
    this.timeout(60_000);
    const sent = fc.record({
      path: fc.constantFrom('/v1/traces', '/v1/logs'),
      type: fc.constantFrom(PROTOBUF, JSON_TYPE),
      encoding: fc.constantFrom(undefined, 'gzip', 'deflate'),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
    });

    await fc.assert(
      fc.asyncProperty(sent, async (request) => {
        const { status } = await send(request as Sent);
        expect(status).to.be.oneOf([200, 400]);
      }),
      { numRuns: runs(300) },
    );

    expect((await send({ body: traces(span()) })).status).to.equal(200);
  });

  it('shows rejected requests in its messages', async () => {
    await send({ body: '{"resourceSpans":1}' });

    expect(scope.explainNoSpans()).to.equal('a request was rejected: resourceSpans must be an array, got 1 (number)');
  });

  it('accepts a request even if a listener throws', async () => {
    scope.onChange(() => {
      throw new Error('from a test');
    });

    expect((await send({ body: traces(span()) })).status).to.equal(200);
  });
});
