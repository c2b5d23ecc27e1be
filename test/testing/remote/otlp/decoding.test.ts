import type { Attributes, HrTime } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { toCapturedSpan } from '../../../../src/trace/to-captured-span.js';
import { decodeJson } from '../../../../src/testing/remote/otlp/decode-json.js';
import { decodeProtobuf } from '../../../../src/testing/remote/otlp/decode-protobuf.js';
import { ElementBudget } from '../../../../src/testing/remote/otlp/payload-limits.js';
import { MalformedPayload } from '../../../../src/testing/remote/otlp/payload-limits.js';
import { readSpans, readValue } from '../../../../src/testing/remote/otlp/read-request.js';
import { LOGS_REQUEST, TRACE_REQUEST, type TraceRequest } from '../../../../src/testing/remote/otlp/schema.js';
import { codePoint } from '../../../code-point.js';
import { runs } from '../../../property-runs.js';

const NANOS = 1_000_000_000;

function id(digits: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: digits / 2, maxLength: digits / 2 })
    .map((bytes) => Buffer.from(bytes).toString('hex'))
    .filter((text) => !/^0+$/.test(text));
}

const traceId = id(32);
const spanId = id(16);
const text = fc.string({ unit: codePoint, maxLength: 20 });
const time: fc.Arbitrary<HrTime> = fc.tuple(fc.nat(2 ** 31), fc.nat(NANOS - 1));
const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const attributes = fc.dictionary(
  text,
  fc.oneof(text, number, fc.boolean(), fc.array(text), fc.array(number), fc.array(fc.boolean())),
  { maxKeys: 5 },
) as fc.Arbitrary<Attributes>;

const span: fc.Arbitrary<ReadableSpan> = fc
  .record({
    name: text,
    kind: fc.nat(4),
    traceId,
    spanId,
    parent: fc.option(fc.record({ traceId, spanId, isRemote: fc.boolean(), traceFlags: fc.constant(1) })),
    startTime: time,
    duration: fc.tuple(fc.nat(10_000), fc.nat(NANOS - 1)) as fc.Arbitrary<HrTime>,
    status: fc.record({ code: fc.nat(2), message: text }),
    attributes,
    events: fc.array(fc.record({ name: text, time, attributes }), { maxLength: 3 }),
    links: fc.array(fc.record({ context: fc.record({ traceId, spanId, traceFlags: fc.constant(1) }), attributes }), {
      maxLength: 3,
    }),
    scope: text,
  })
  .map(({ traceId, spanId, parent, scope, startTime, duration, ...rest }) => {
    const nanos = startTime[1] + duration[1];
    return {
      ...rest,
      startTime,
      duration,
      endTime: [startTime[0] + duration[0] + Math.floor(nanos / NANOS), nanos % NANOS] as HrTime,
      spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
      ...(parent === null ? {} : { parentSpanContext: parent }),
      instrumentationScope: { name: scope },
      resource: resourceFromAttributes({ 'service.name': 'shop' }),
      ended: true,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  });

function plenty(): ElementBudget {
  return new ElementBudget(1_000_000);
}

describe('Decoding OTLP', () => {
  const decoders = {
    protobuf: (spans: ReadableSpan[]) =>
      decodeProtobuf(TRACE_REQUEST, ProtobufTraceSerializer.serializeRequest(spans) as Uint8Array, plenty()),
    JSON: (spans: ReadableSpan[]) =>
      decodeJson(TRACE_REQUEST, JsonTraceSerializer.serializeRequest(spans) as Uint8Array, plenty()),
  };
  for (const [name, roundTrip] of Object.entries(decoders)) {
    it(`returns any span that the published serializer wrote as ${name}`, () => {
      fc.assert(
        fc.property(span, (original) => {
          const [decoded] = readSpans(roundTrip([original]) as TraceRequest);

          // JSON has no negative zero, and neither have the integers of protobuf.
          const expected = positiveZeros({ ...toCapturedSpan(original), service: 'shop' });
          expect(positiveZeros(toCapturedSpan(decoded!))).to.deep.equal(expected);
        }),
      );
    });
  }

  it('accepts or rejects any bytes, and throws no other error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(TRACE_REQUEST, LOGS_REQUEST), (bytes, message) => {
        try {
          decodeProtobuf(message, bytes, plenty());
        } catch (error) {
          expect(error).to.be.instanceOf(MalformedPayload);
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  it('accepts or rejects each prefix of a request', () => {
    fc.assert(
      fc.property(span, fc.nat(), (original, at) => {
        const bytes = ProtobufTraceSerializer.serializeRequest([original]) as Uint8Array;
        const cut = bytes.subarray(0, 1 + (at % (bytes.length - 1)));

        expect(() => decodeProtobuf(TRACE_REQUEST, cut, plenty())).to.throw(MalformedPayload);
      }),
    );
  });

  it('skips unknown fields of each wire type', () => {
    const unknown = [0xa0, 6, 1, 0xa1, 6, ...Array(8).fill(0), 0xa2, 6, 2, 9, 9, 0xa5, 6, ...Array(4).fill(0)];

    expect(decodeProtobuf(TRACE_REQUEST, Uint8Array.from([...unknown, 0x0a, 0]), plenty())).to.deep.equal({
      resourceSpans: [{}],
    });
  });
});

describe('readValue', () => {
  it('keeps an integer exact that does not fit into a number', () => {
    expect(readValue({ intValue: 2n ** 63n - 1n })).to.equal('9223372036854775807');
    expect(readValue({ intValue: -(2n ** 63n) })).to.equal(-(2 ** 63));
    expect(readValue({ intValue: -1n })).to.equal(-1);
  });

  it('returns null for a missing value', () => {
    expect(readValue({ arrayValue: { values: [{}, { stringValue: '' }, { boolValue: false }] } })).to.deep.equal([
      null,
      '',
      false,
    ]);
  });

  it('makes an own property of any key', () => {
    const kvlistValue = { values: [{ key: '__proto__', value: { intValue: 1n } }] };

    expect(Object.entries(readValue({ kvlistValue }) as object)).to.deep.equal([['__proto__', 1]]);
  });
});

function positiveZeros(value: unknown): unknown {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(positiveZeros);
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, positiveZeros(element)]));
}
