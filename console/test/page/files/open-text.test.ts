import { expect } from 'chai';
import { checkSize, openText, WrongFile } from '../../../page/files/open-text.js';
import { otlpOf } from '../../../page/files/save-otlp.js';
import { another, checkout } from './traces.js';

const spanNames = (text: string) => openText('file', text).traces.map(({ spans }) => spans.map(({ name }) => name));

const wrong = (text: string): string => {
  try {
    openText('notes.txt', text);
  } catch (error) {
    if (error instanceof WrongFile) return error.message;
    throw error;
  }
  return 'it was opened';
};

function otlpSpan(members: object): string {
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'span',
    startTimeUnixNano: '1000000',
    ...members,
  };
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
}

describe('openText()', () => {
  describe('of OTLP JSON', () => {
    it('reads one object per line, and log records before their spans', () => {
      const { resourceSpans, resourceLogs } = otlpOf([checkout()]);
      const text = [{ resourceLogs }, { resourceSpans }, otlpOf([another()])]
        .map((one) => JSON.stringify(one))
        .join('\n');

      const { traces, spans, format } = openText('file', text);

      expect(format).to.equal('OTLP JSON');
      expect(traces.map(({ root }) => root.name)).to.deep.equal(['GET /', 'POST /checkout']);
      expect(spans).to.equal(7);
      expect(traces[1]!.logs).to.equal(2);
    });

    it('takes names of enumerations, integers as numbers, ids in capitals and maps as attributes', () => {
      const { traces } = openText(
        'file',
        otlpSpan({
          traceId: 'A'.repeat(32),
          kind: 'SPAN_KIND_CLIENT',
          status: { code: 'STATUS_CODE_ERROR' },
          startTimeUnixNano: 2_000_000,
          endTimeUnixNano: 5_000_000,
          attributes: [
            { key: 'map', value: { kvlistValue: { values: [{ key: 'a', value: { intValue: 1 } }] } } },
            { key: 'huge', value: { intValue: '9223372036854775807' } },
            { key: 'nan', value: { doubleValue: 'NaN' } },
            { key: 'nothing', value: {} },
          ],
        }),
      );

      const [span] = traces[0]!.spans;
      expect(span).to.include({ traceId: 'a'.repeat(32), kind: 2, status: 2, start: 2, duration: 3 });
      expect(span!.attributes).to.deep.equal({ map: '{"a":1}', huge: '9223372036854775807', nan: 'NaN' });
    });

    it('leaves out spans without ids, and log records without a span, and says so', () => {
      const bad = {
        ...JSON.parse(otlpSpan({ spanId: 'xyz' })),
        resourceLogs: [{ scopeLogs: [{ logRecords: [{}] }] }],
      } as object;

      const { notes, spans } = openText('file', `${otlpSpan({})}\n${JSON.stringify(bad)}`);

      expect(spans).to.equal(1);
      expect(notes).to.deep.equal([
        '1 span left out: an id or a time cannot be read',
        '1 log line left out: their spans are not in the file',
      ]);
    });
  });

  describe('of Jaeger JSON', () => {
    it('reads what Jaeger wrote for OpenTracing: short ids, the tag error, numbers as text', () => {
      const trace = {
        traceID: 'abc',
        spans: [
          {
            traceID: 'abc',
            spanID: '1',
            operationName: 'GET /',
            references: [],
            startTime: 1_600_000_000_000_000,
            duration: 1_500,
            tags: [
              { key: 'error', type: 'bool', value: true },
              { key: 'span.kind', type: 'string', value: 'server' },
              { key: 'http.status_code', type: 'int64', value: '500' },
            ],
            logs: [{ timestamp: 1_600_000_000_000_100, fields: [{ key: 'event', type: 'string', value: 'retry' }] }],
            processID: 'p1',
          },
        ],
        processes: { p1: { serviceName: 'old' } },
      };

      for (const text of [JSON.stringify({ data: [trace] }), JSON.stringify(trace)]) {
        const [{ spans, traceId }] = openText('file', text).traces as [never] & { spans: never; traceId: never }[];
        expect(traceId).to.equal('abc'.padStart(32, '0'));
        expect(spans[0]).to.deep.include({
          kind: 1,
          status: 2,
          duration: 1.5,
          attributes: { 'http.status_code': 500 },
        });
        expect(spans[0]).to.have.nested.property('process.service', 'old');
        expect(spans[0]).to.have.nested.property('events[0].name', 'retry');
      }
    });
  });

  describe('of Chrome trace JSON', () => {
    const events = [
      { ph: 'M', name: 'process_name', pid: 7, tid: 0, args: { name: 'Renderer' } },
      { ph: 'X', name: 'outer', pid: 7, tid: 1, ts: 0, dur: 100, args: { url: 'x', more: { a: 1 } } },
      { ph: 'B', name: 'inner', pid: 7, tid: 1, ts: 10 },
      { ph: 'E', pid: 7, tid: 1, ts: 60 },
      { ph: 'X', name: 'other thread', pid: 7, tid: 2, ts: 5, dur: 5 },
    ];

    it('puts an event below the event around it, and makes a trace of a thread', () => {
      const { traces, format } = openText('file', JSON.stringify({ traceEvents: events }));

      expect(format).to.equal('Chrome trace JSON');
      const [, first] = traces;
      expect(first!.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).to.deep.equal([
        ['outer', undefined],
        ['inner', first!.spans[0]!.spanId],
      ]);
      expect(first!.spans[0]).to.deep.include({ duration: 0.1, attributes: { url: 'x', more: '{"a":1}' } });
      expect(first!.root.process.service).to.equal('Renderer');
    });

    it('reads a list without its end', () => {
      expect(spanNames(JSON.stringify(events).replace(/\]$/, ',')).flat()).to.have.members([
        'outer',
        'inner',
        'other thread',
      ]);
    });
  });

  it('opens at most 100,000 spans, and says how many it leaves out', function () {
    this.timeout(30_000);
    const one = JSON.parse(otlpSpan({})) as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] };
    const [span] = one.resourceSpans[0]!.scopeSpans[0]!.spans;
    one.resourceSpans[0]!.scopeSpans[0]!.spans = Array.from({ length: 100_002 }, (_, index) => ({
      ...span,
      spanId: (index + 1).toString(16).padStart(16, '0'),
    }));

    const { spans, notes } = openText('file', JSON.stringify(one));

    expect(spans).to.equal(100_000);
    expect(notes).to.deep.equal(['2 spans left out: at most 100,000 are opened']);
  });

  it('refuses any other file by one sentence that names the expected formats', () => {
    const expected =
      'notes.txt must be OTLP JSON (one object, or one object per line), Jaeger JSON or Chrome trace JSON with spans in it';

    for (const text of [
      '{"a":1}',
      '[]',
      'null',
      '{"resourceSpans":[]}',
      '{"data":[{"spans":[]}]}',
      otlpSpan({ traceId: 1 }),
    ])
      expect(wrong(text), text).to.equal(`${expected}.`);
    for (const text of ['', 'hello', '{"resourceSpans": [', '['.repeat(100_000)])
      expect(wrong(text), text.slice(0, 20)).to.equal(`${expected}; it is not JSON.`);
  });

  it('refuses a file of more than 50 MB before it is read', () => {
    expect(() => checkSize('big.json', 50_000_000)).to.not.throw();
    expect(() => checkSize('big.json', 50_000_001)).to.throw(
      WrongFile,
      'big.json must have at most 50 MB, got 51 MB: save fewer traces.',
    );
  });
});
