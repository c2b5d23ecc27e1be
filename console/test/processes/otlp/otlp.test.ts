import { context, trace } from '@opentelemetry/api';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { request } from 'node:http';
import { gzipSync, deflateSync } from 'node:zlib';
import type { ConsoleStats } from '../../../src/api/schemas.js';
import { RunningConsole } from '../running-console.js';
import { until } from '../../until.js';
import { logsBody, spansBody } from './requests.js';

const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/x-protobuf';
const IDS = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };

interface Answered {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: Buffer;
}

describe('OTLP', () => {
  let shown: RunningConsole;
  beforeEach(async () => (shown = await RunningConsole.start({ otlpPort: 0 })));
  afterEach(() => shown.close());

  function post(
    path: string,
    body: Uint8Array,
    headers: Record<string, string> = {},
    method = 'POST',
  ): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, shown.otlpUrl), {
        method,
        headers: { 'content-type': JSON_TYPE, 'content-length': String(body.length), ...headers },
      });
      sent.on('error', reject);
      // The server answers a long body before it has come, and closes: writing fails when the answer has been read.
      sent.on('socket', (socket) => socket.on('error', () => {}));
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({
            status: response.statusCode!,
            type: response.headers['content-type'],
            body: Buffer.concat(chunks),
          });
        });
      });
      sent.end(body);
    });
  }

  for (const [name, TraceExporter, LogExporter] of [
    ['JSON', JsonTraceExporter, JsonLogExporter],
    ['protobuf', ProtoTraceExporter, ProtoLogExporter],
  ] as const) {
    for (const compression of ['none', 'gzip']) {
      it(`shows spans with their log records, of ${name}, compressed by ${compression}`, async () => {
        const resource = resourceFromAttributes({ 'service.name': 'billing', 'process.pid': 4711 });
        const options = (path: string) => ({ url: `${shown.otlpUrl}${path}`, compression: compression as never });
        const tracing = new BasicTracerProvider({
          resource,
          spanProcessors: [new BatchSpanProcessor(new TraceExporter(options('/v1/traces')))],
        });
        const logExporter = new LogExporter(options('/v1/logs'));
        const logging = new LoggerProvider({
          resource,
          processors: [new BatchLogRecordProcessor({ exporter: logExporter } as never)],
        });
        const span = tracing.getTracer('billing').startSpan('charge', { attributes: { password: 'secret' } });
        logging.getLogger('app').emit({ body: 'charging', context: trace.setSpan(context.active(), span) });
        logging.getLogger('app').emit({ body: 'ready' });
        span.end();

        await logging.forceFlush();
        await tracing.forceFlush();

        await until(
          () => shown.traces(),
          (traces) => traces.length === 1,
        );
        const { spans } = await shown.ask<{ spans: { attributes: object; events: { name: string }[] }[] }>(
          `trace/${span.spanContext().traceId}`,
        );
        expect(spans[0]!.attributes).to.deep.equal({ password: '[masked]' });
        expect(spans[0]!.events.map((event) => event.name)).to.deep.equal(['charging']);
        const { rows } = await shown.ask<{ rows: { message?: string }[] }>('logs');
        expect(JSON.stringify(rows)).to.include('charging').and.to.include('ready');
        expect(await shown.processes()).to.deep.equal([
          { id: 2, origin: 'otlp', service: 'billing', pid: 4711, state: 'connected', received: 1, lost: 0 },
        ]);
        await Promise.all([tracing.shutdown(), logging.shutdown()]);
      });
    }
  }

  it('shows a log record whose span came before it', async () => {
    const record = { ...IDS, body: { stringValue: 'late' }, timeUnixNano: '1000000000' };
    await post('/v1/logs', logsBody([{ ...record, spanId: 'ef'.repeat(8), body: { stringValue: 'early' } }]));

    await post('/v1/traces', spansBody([{ ...IDS, name: 'work' }]));
    await post('/v1/logs', logsBody([record]));

    await until(
      () => shown.traces(),
      (traces) => traces.length === 1,
    );
    const { spans } = await shown.ask<{ spans: { events: { name: string }[] }[] }>(`trace/${IDS.traceId}`);
    expect(spans[0]!.events.map((event) => event.name)).to.deep.equal(['late']);
  });

  it('distinguishes processes of one service', async () => {
    for (const pid of ['1', '2', '1']) {
      await post(
        '/v1/traces',
        spansBody(
          [{ ...IDS, name: pid }],
          [
            { key: 'service.name', value: { stringValue: 'shop' } },
            { key: 'process.pid', value: { intValue: pid } },
          ],
        ),
      );
    }

    await until(
      () => shown.received(),
      (received) => received === 3,
    );
    const processes = await shown.processes();
    expect(processes.map(({ service, pid, received }) => [service, pid, received])).to.deep.equal([
      ['shop', 1, 2],
      ['shop', 2, 1],
    ]);
  });

  it('accepts 256 processes, and rejects spans of others', async function () {
    this.timeout(30_000);
    const send = (instance: string) =>
      post(
        '/v1/traces',
        spansBody([{ ...IDS, name: 'span' }], [{ key: 'service.instance.id', value: { stringValue: instance } }]),
      );
    for (let index = 0; index < 256; index++) await send(String(index));

    const { status, body } = await send('one too many');

    expect([status, JSON.parse(String(body))]).to.deep.equal([
      200,
      {
        partialSuccess: {
          rejectedSpans: '1',
          errorMessage: 'the console takes spans and log records of 256 processes at a time',
        },
      },
    ]);
    await until(
      () => shown.received(),
      (received) => received === 256,
    );
    const { coverage } = await shown.ask<ConsoleStats>('stats');
    expect(coverage.lost)
      .to.deep.include({ unreadable: 0, total: 1 })
      .and.have.nested.property('refused.requestSpans', 1);
  });

  describe('answers', () => {
    it('200 with an empty message', async () => {
      expect(await post('/v1/traces', spansBody([{ ...IDS, name: 'a' }]))).to.deep.equal({
        status: 200,
        type: JSON_TYPE,
        body: Buffer.from('{}'),
      });
      expect(await post('/v1/logs', new Uint8Array(), { 'content-type': PROTOBUF_TYPE })).to.deep.equal({
        status: 200,
        type: PROTOBUF_TYPE,
        body: Buffer.alloc(0),
      });
    });

    it('200 with a partial success for spans without ids', async () => {
      const { status, body } = await post('/v1/traces', spansBody([{ ...IDS, name: 'good' }, { name: 'bad' }]));

      expect(status).to.equal(200);
      const { partialSuccess } = JSON.parse(String(body)) as { partialSuccess: Record<string, string> };
      expect(partialSuccess['rejectedSpans']).to.equal('1');
      expect(partialSuccess['errorMessage']).to.match(/^malformed: traceId must be/);
      await until(
        () => shown.received(),
        (received) => received === 1,
      );
    });

    it('200 with a partial success for log records that cannot be read, which count apart from spans', async () => {
      const records = [{ body: { stringValue: 'good' } }, { body: { stringValue: 'bad' }, traceId: 'abcd' }];
      const logs = logsBody(records);

      const { body } = await post('/v1/logs', logs);

      expect(JSON.parse(String(body))).to.have.nested.property('partialSuccess.rejectedLogRecords', '1');
      const { coverage } = await shown.ask<ConsoleStats>('stats');
      expect(coverage.lost).to.include({ unreadable: 0, logs: 1, total: 0 });
    });

    it('a partial success as protobuf', async () => {
      // One empty span: resourceSpans, scopeSpans, spans.
      const { body } = await post('/v1/traces', Buffer.from([0x0a, 4, 0x12, 2, 0x12, 0]), {
        'content-type': PROTOBUF_TYPE,
      });

      // Field 1, its length; field 1, the count; field 2, the message.
      expect([...body.subarray(0, 1), ...body.subarray(2, 5)]).to.deep.equal([0x0a, 0x08, 1, 0x12]);
      expect(body[1]).to.equal(body.length - 2);
      expect(String(body.subarray(6))).to.match(/^malformed: traceId must be/);
    });

    const refused: readonly (readonly [string, number, () => Promise<Answered>, RegExp])[] = [
      ['for what is no JSON', 400, () => post('/v1/traces', Buffer.from('{')), /not JSON/],
      ['for what is no OTLP', 400, () => post('/v1/traces', Buffer.from('{"resourceSpans":3}')), /must be an array/],
      [
        'for what is no gzip',
        400,
        () => post('/v1/traces', Buffer.from('{}'), { 'content-encoding': 'gzip' }),
        /must be gzip/,
      ],
      [
        'for another type',
        415,
        () => post('/v1/traces', Buffer.from('{}'), { 'content-type': 'text/plain' }),
        /Content-Type/,
      ],
      [
        'for another compression',
        415,
        () => post('/v1/traces', Buffer.from('{}'), { 'content-encoding': 'br' }),
        /Content-Encoding/,
      ],
      ['for another Host', 421, () => post('/v1/traces', Buffer.from('{}'), { host: 'example.com' }), /Host/],
      ['for a page', 403, () => post('/v1/traces', Buffer.from('{}'), { origin: 'http://localhost:3000' }), /browser/],
      [
        'for a page’s fetch',
        403,
        () => post('/v1/traces', Buffer.from('{}'), { 'sec-fetch-site': 'cross-site' }),
        /browser/,
      ],
      ['for metrics', 404, () => post('/v1/metrics', Buffer.from('{}')), /OTEL_METRICS_EXPORTER=none/],
      ['for another path', 404, () => post('/', Buffer.from('{}')), /path/],
      ['for another method', 405, () => post('/v1/traces', Buffer.from('{}'), {}, 'PUT'), /POST/],
      ['for a long body', 413, () => post('/v1/traces', Buffer.alloc(16 * 2 ** 20 + 1, ' ')), /at most/],
      [
        'for a gzip bomb',
        413,
        () => post('/v1/traces', gzipSync(Buffer.alloc(40 * 2 ** 20)), { 'content-encoding': 'gzip' }),
        /at most/,
      ],
      [
        'for a deflate bomb',
        413,
        () => post('/v1/traces', deflateSync(Buffer.alloc(40 * 2 ** 20)), { 'content-encoding': 'deflate' }),
        /at most/,
      ],
      [
        'for many elements',
        413,
        () => post('/v1/traces', Buffer.from(`{"resourceSpans":[${'{},'.repeat(2_000_000)}{}]}`)),
        /elements/,
      ],
    ];
    for (const [name, status, send, message] of refused) {
      it(`${status} ${name}`, async () => {
        const answer = await send();

        expect([answer.status, String(answer.body)]).to.satisfy(
          ([code, text]: [number, string]) => code === status && message.test(text),
          `${answer.status} ${String(answer.body)}`,
        );
        expect((await post('/v1/traces', spansBody([{ ...IDS, name: 'after' }]))).status).to.equal(200);
        const { coverage } = await shown.ask<ConsoleStats>('stats');
        const hadSpans = !/metrics|another method/.test(name);
        expect(coverage.lost.refused.requests).to.equal(hadSpans ? 1 : 0);
      });
    }

    it('a failure as protobuf', async () => {
      const { status, body } = await post('/v1/traces', Buffer.from([0xff]), { 'content-type': PROTOBUF_TYPE });
      expect(status).to.equal(400);
      expect(body[0]).to.equal(0x12);
    });

    it('429 while too many bytes are on their way', async () => {
      const open = Array.from({ length: 4 }, () => {
        const sent = request(new URL('/v1/traces', shown.otlpUrl), {
          method: 'POST',
          headers: { 'content-type': JSON_TYPE, 'content-length': String(15 * 2 ** 20) },
        });
        const answered = new Promise<number>((resolve) => {
          sent.on('response', (response) => resolve(response.statusCode!));
          sent.on('error', () => resolve(0));
        });
        sent.write(Buffer.alloc(15 * 2 ** 20 - 1, ' '));
        return { sent, answered };
      });

      const first = await Promise.race(open.map(({ answered }) => answered));

      expect(first).to.equal(429);
      open.forEach(({ sent }) => sent.destroy());
      await until(
        () => post('/v1/traces', spansBody([{ ...IDS, name: 'after' }])),
        ({ status }) => status === 200,
      );
    });
  });

  it('survives any bytes', async () => {
    const valid = spansBody([{ ...IDS, name: 'span', attributes: [{ key: 'a', value: { stringValue: 'b' } }] }]);
    for (let round = 0; round < 150; round++) {
      const bytes = Buffer.from(valid.subarray(0, valid.length - (round % 7)));
      for (let change = 0; change < 3; change++)
        bytes[(round * 37 + change * 101) % bytes.length] = (round * 53 + change) % 256;
      const { status } = await post(round % 2 ? '/v1/traces' : '/v1/logs', bytes, {
        'content-type': round % 3 ? JSON_TYPE : PROTOBUF_TYPE,
      });
      expect([200, 400]).to.include(status);
    }
  });
});
