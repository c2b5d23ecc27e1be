import { context, trace } from '@opentelemetry/api';
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { SpanCache } from '../../../../src/index.js';
import { decodeOtlp } from '../../../../src/testing/remote/index.js';
import { receive } from '../../../../src/threads/index.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const PROTOBUF_TYPE = 'application/x-protobuf';

/** A span and a log record in it, recorded by the SDK. */
function recorded() {
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'process.pid': 7 });
  const spans = new InMemorySpanExporter();
  const logs = new InMemoryLogRecordExporter();
  const tracing = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(spans)] });
  const logging = new LoggerProvider({
    resource,
    processors: [new SimpleLogRecordProcessor({ exporter: logs } as never)],
  });
  const span = tracing.getTracer('shop', '1.2.3').startSpan('GET /', { attributes: { items: [1, 2] } });
  span.addEvent('began', { step: 1 });
  logging.getLogger('app').emit({ body: 'hello', severityNumber: 9, context: trace.setSpan(context.active(), span) });
  logging.getLogger('app').emit({ body: 'outside' });
  span.end();
  return { spans: spans.getFinishedSpans(), logs: logs.getFinishedLogRecords() };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

describe('decodeOtlp()', () => {
  for (const [name, type, traces, logs] of [
    ['JSON', JSON_TYPE, JsonTraceSerializer, JsonLogsSerializer],
    ['protobuf', PROTOBUF_TYPE, ProtobufTraceSerializer, ProtobufLogsSerializer],
  ] as const) {
    it(`returns the spans of the SDK from ${name}`, () => {
      const { spans } = recorded();

      const [decoded] = decodeOtlp('traces', type, traces.serializeRequest(spans)!)!.spans;

      const sent = spans[0]!;
      expect(decoded).to.deep.include({
        name: 'GET /',
        kind: sent.kind,
        startTime: sent.startTime,
        endTime: sent.endTime,
        duration: sent.duration,
        ended: true,
        attributes: { items: [1, 2] },
        instrumentationScope: { name: 'shop', version: '1.2.3' },
        droppedAttributesCount: 0,
      });
      expect(decoded!.spanContext()).to.deep.include({ traceId: sent.spanContext().traceId, traceFlags: 1 });
      expect(decoded!.resource.attributes).to.deep.include({ 'service.name': 'shop', 'process.pid': 7 });
      expect(decoded!.events.map((event) => event.name)).to.deep.equal(['began']);
    });

    it(`returns log records as orphans from ${name}`, () => {
      const { spans, logs: records } = recorded();

      const { orphans, rejected } = decodeOtlp('logs', type, logs.serializeRequest(records)!)!;

      expect(rejected).to.equal(0);
      expect(orphans.map(({ name: line, reason, severityNumber }) => [line, reason, severityNumber])).to.deep.equal([
        ['hello', 'remote_parent', 9],
        ['outside', 'no_span', undefined],
      ]);
      expect(orphans[0]!.spanContext!.spanId).to.equal(spans[0]!.spanContext().spanId);
      expect(orphans[0]!.resource!.attributes['service.name']).to.equal('shop');
    });
  }

  it('returns spans and orphans that receive() accepts', () => {
    const { spans, logs } = recorded();
    const cache = new SpanCache();
    const subscription = cache.subscribe({ orphans: true });

    receive(cache, decodeOtlp('traces', JSON_TYPE, JsonTraceSerializer.serializeRequest(spans)!)!);
    receive(cache, decodeOtlp('logs', JSON_TYPE, JsonLogsSerializer.serializeRequest(logs)!)!);
    cache.flush();

    const batch = subscription.take()!;
    expect([batch.spans.length, batch.orphans.length]).to.deep.equal([1, 2]);
  });

  it('drops a span without an id, and counts it', () => {
    const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const body = json({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'bad' }, { ...ids, name: 'good' }] }] }] });

    const decoded = decodeOtlp('traces', JSON_TYPE, body)!;

    expect(decoded.spans.map((span) => span.name)).to.deep.equal(['good']);
    expect(decoded).to.deep.include({
      rejected: 1,
      rejection: 'traceId must be an id that is not zero, got undefined (undefined)',
    });
  });

  it('accepts an empty request', () => {
    const nothing = { spans: [], orphans: [], rejected: 0, rejection: undefined };
    expect(decodeOtlp('traces', PROTOBUF_TYPE, new Uint8Array())).to.deep.equal(nothing);
    expect(decodeOtlp('logs', JSON_TYPE, json({}))).to.deep.equal(nothing);
  });

  it('returns undefined for other content types', () => {
    expect(decodeOtlp('traces', 'text/plain', json({}))).to.equal(undefined);
    expect(decodeOtlp('traces', undefined, json({}))).to.equal(undefined);
  });

  it('throws a TypeError for another body', () => {
    expect(() => decodeOtlp('traces', JSON_TYPE, Buffer.from('{'))).to.throw(TypeError, /^the body is not JSON: /);
    expect(() => decodeOtlp('traces', JSON_TYPE, json([]))).to.throw(TypeError, 'a message must be an object');
    expect(() => decodeOtlp('traces', PROTOBUF_TYPE, Buffer.from([0xff]))).to.throw(TypeError);
  });

  it('throws a RangeError for more elements than the limit', () => {
    const body = json({ resourceSpans: [{}, {}, {}] });
    expect(() => decodeOtlp('traces', JSON_TYPE, body, { maxElements: 3 })).to.throw(
      RangeError,
      'more than 3 elements',
    );
    expect(decodeOtlp('traces', JSON_TYPE, body, { maxElements: 7 })!.spans).to.deep.equal([]);
  });

  it('throws for wrong arguments', () => {
    expect(() => decodeOtlp('metrics' as never, JSON_TYPE, json({}))).to.throw(
      TypeError,
      /^signal must be 'traces' or/,
    );
    expect(() => decodeOtlp('logs', JSON_TYPE, '{}' as never)).to.throw(TypeError, 'body must be a Uint8Array');
    expect(() => decodeOtlp('logs', JSON_TYPE, json({}), { maxElements: 0 })).to.throw(RangeError, /^maxElements must/);
    expect(() => decodeOtlp('logs', JSON_TYPE, json({}), { max: 1 } as never)).to.throw(TypeError, 'unknown option');
  });
});
