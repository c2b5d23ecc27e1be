import { expect } from 'chai';
import { decodeOtlp } from 'otel-span-cache/testing/remote';
import { otlpOf } from '../../../page/files/save-otlp.js';
import { checkout, withLists } from './traces.js';

const spansOf = (file: ReturnType<typeof otlpOf>) =>
  file.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

describe('otlpOf()', () => {
  it('writes ids as hexadecimal text, 64-bit integers as text, and enumerations as numbers', () => {
    const root = spansOf(otlpOf([checkout()])).find(({ name }) => name === 'POST /checkout')!;

    expect(root.traceId).to.match(/^[0-9a-f]{32}$/);
    expect(root.spanId).to.match(/^[0-9a-f]{16}$/);
    expect(root).to.not.have.property('parentSpanId');
    expect(root.startTimeUnixNano).to.equal('1781000000000250000');
    expect(root.endTimeUnixNano).to.equal('1781000000209250001');
    expect(root.kind).to.equal(2);
    expect(root.status).to.deep.equal({ code: 2, message: 'card declined' });
    expect(root.attributes).to.deep.include.members([
      { key: 'http.response.status_code', value: { intValue: '402' } },
      { key: 'ratio', value: { doubleValue: 0.25 } },
      { key: 'cached', value: { boolValue: false } },
      { key: 'large', value: { doubleValue: 2 ** 60 } },
    ]);
  });

  it('writes lists as array values', () => {
    const [span] = spansOf(otlpOf([withLists()]));

    expect(span!.attributes[0]).to.deep.equal({
      key: 'list',
      value: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } },
    });
  });

  it('has one resource for each process, and one scope for each library in it', () => {
    const { resourceSpans } = otlpOf([checkout()]);

    expect(resourceSpans.map(({ resource }) => resource.attributes[0]?.value)).to.deep.equal([
      { stringValue: 'shop' },
      { stringValue: 'worker' },
    ]);
    expect(resourceSpans[0]!.scopeSpans.map(({ scope }) => scope)).to.deep.equal([
      { name: '@opentelemetry/instrumentation-http', version: '0.223.0' },
      { name: 'test' },
    ]);
  });

  it('has log records beside the spans, with the ids of their span', () => {
    const { resourceLogs } = otlpOf([checkout()]);

    const records = resourceLogs!.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
    expect(records.map(({ severityNumber, body, eventName }) => [severityNumber, body, eventName])).to.deep.equal([
      [9, { stringValue: 'stock reserved' }, undefined],
      [0, { stringValue: 'charge failed' }, 'charge.failed'],
    ]);
    expect(records[0]!.spanId).to.match(/^[0-9a-f]{16}$/);
  });

  it('is read by the OTLP decoder of the cache, spans and log records', () => {
    const trace = checkout();
    const body = new TextEncoder().encode(JSON.stringify(otlpOf([trace])));

    const { spans, rejected } = decodeOtlp('traces', 'application/json', body)!;
    const { orphans } = decodeOtlp('logs', 'application/json', body)!;

    expect(rejected).to.equal(0);
    expect(spans.map(({ name }) => name)).to.have.members(trace.spans.map(({ name }) => name));
    const root = spans.find(({ name }) => name === 'POST /checkout')!;
    expect(root.attributes['http.response.status_code']).to.equal(402);
    expect(root.events[0]?.name).to.equal('exception');
    expect(root.kind).to.equal(1);
    expect(root.instrumentationScope).to.deep.equal({
      name: '@opentelemetry/instrumentation-http',
      version: '0.223.0',
    });
    expect(orphans.map(({ body: text }) => text)).to.deep.equal(['stock reserved', 'charge failed']);
  });
});
