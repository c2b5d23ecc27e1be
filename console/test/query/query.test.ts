import { expect } from 'chai';
import type { SpanRow } from '../../src/model/span-row.js';
import { Query, queryParser, ValueIndex } from '../../src/query/index.js';
import { bigTrace, halfOfDuration, logEvent, logRow, PROCESS, spanRow, traceRow } from './rows.js';

function parse(text: string): Query {
  const query = queryParser(halfOfDuration)(text);
  if (!(query instanceof Query)) throw new Error(`${text}: ${query.error}`);
  return query;
}

/** Whether a trace of this one span matches. */
function matches(text: string, fields: Partial<SpanRow> = {}): boolean {
  const span = spanRow(fields);
  const trace = traceRow(span);
  const query = parse(text);
  expect(query.matchesSpan(span, trace)).to.equal(query.matchesTrace(trace));
  return query.matchesTrace(trace);
}

describe('Query', () => {
  it('names the attributes in it that no span has had, each once, wherever they are', () => {
    const values = new ValueIndex();
    values.add(spanRow({ attributes: { code: 402 } }));
    const text =
      'code = 1 and (rout = "/a" or not has("my key")) and count(rout = "/b") > 1 and child(resource.host = x) and name = y';

    expect(parse(text).unseenKeys(values)).to.deep.equal(['rout', '"my key"', 'resource.host']);
    expect(parse('').unseenKeys(values)).to.deep.equal([]);
  });

  it('holds for everything if it is empty', () => {
    expect(matches('')).to.equal(true);
    expect(parse(' ').matchesLog(logRow(logEvent('x')))).to.equal(true);
    expect(parse('').matchesEvent(logEvent('x'), spanRow(), traceRow(spanRow()))).to.equal(true);
  });

  describe('with a word', () => {
    const fields: Partial<SpanRow> = {
      name: 'POST /Orders',
      statusMessage: 'card declined',
      attributes: { route: '/pay', code: 402, cached: true, tags: ['blue', 7] as never },
      events: [logEvent('Stock reserved', 9, { sku: 'A-17' }), { ...logEvent('retry'), log: undefined }],
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
    };

    for (const word of ['orders', 'DECLINED', 'pay', '402', '40', 'true', 'blue', 'stock', 'a-17', 'retry', 'ders']) {
      it(`finds ${word}`, () => {
        expect(matches(word, fields)).to.equal(true);
      });
    }

    for (const word of ['route', 'xyz', '"Orders POST"', 'false', 'code', '.rders', 'aaaa']) {
      it(`does not find ${word}`, () => {
        expect(matches(word, fields)).to.equal(false);
      });
    }

    it('finds ids', () => {
      expect(matches('A'.repeat(32), fields)).to.equal(true);
      expect(matches('b'.repeat(16), fields)).to.equal(true);
      expect(matches('c'.repeat(16), fields)).to.equal(false);
    });

    it('takes no character of it for a special one', () => {
      for (const text of ['a.b', 'a*b', 'a+(b)', '[x]', '{1}', '^$', '\\', '|', '?', '/', '-']) {
        expect(matches(JSON.stringify(text), { name: `x ${text} y` }), text).to.equal(true);
        expect(matches(JSON.stringify(text), { name: 'ab' }), text).to.equal(false);
      }
    });
  });

  describe('with a comparison', () => {
    const fields: Partial<SpanRow> = {
      kind: 2,
      status: 2,
      duration: 250,
      thread: 3,
      scope: '@acme/pg',
      attributes: {
        n: 200,
        text: '200',
        big: '1e3',
        flag: false,
        tags: ['a', 'b', 3] as never,
        version: '1.10',
        empty: '',
      },
      events: [logEvent('out of memory', 17, { 'exception.type': 'RangeError' }), logEvent('bye', undefined)],
    };

    for (const text of [
      'n = 200',
      'n = 200.0',
      'n = "200"',
      'text = 200',
      'n != 201',
      'n > 199',
      'n >= 200',
      'n < 201',
      'n in (1, 200)',
      'n ~ ^2',
      'n has 0',
      'text > 199',
      'big >= 1000',
      'version < 1.2',
      'version >= 1.1',
      'flag = false',
      'flag != true',
      'has(flag)',
      'has(empty)',
      'empty = ""',
      'not has(none)',
      'not none = 1',
      'tags = a',
      'tags = 3',
      'tags > 2',
      'tags has b',
      'tags ~ B',
      'tags != c',
      'tags in (x, b)',
      'kind = client',
      'kind = CLIENT',
      'kind in (server, client)',
      'kind ~ ^cl',
      'kind !~ er',
      'kind != server',
      'status = error',
      'status != ok',
      'service = shop',
      'service ~ SHO',
      'scope has "@acme"',
      'pid = 4711',
      'duration = 250ms',
      'duration > 249999us',
      'duration < 1s',
      'duration <= 0.25s',
      'duration in (1s, 250ms)',
      'duration < 1m',
      'duration < 1h',
      'duration > 1ns',
      'duration > 80µs',
      'duration != 1s',
      'self = 125ms',
      'self < 126ms',
      'root.self > 1ms',
      'thread = 3',
      'thread != 4',
      'pid >= 4711',
      'has(thread)',
      'start >= 2026-03-01T14:06:31Z',
      'start < "2026-03-01 15:06:32+01:00"',
      'start > 2026-03-01',
      'start > 1',
      'trace = 0af7651916cd43dd8448eb211c80319c',
      'span ~ "^[0-9a-f]{16}$"',
      'trace ~ ^0af',
      'severity = error',
      'severity >= warn',
      'severity > warn',
      'severity <= error',
      'severity < fatal',
      'severity = 17',
      'severity in (info, error)',
      'severity != info',
      'log ~ "out of"',
      'log = bye',
      'log != hi',
      'has(log)',
      'has(severity)',
      'exception.type = RangeError',
      'exception.type ~ range',
      'root.n = 200',
      'resource.deployment.environment = staging',
      'resource."odd key" = x',
      'root.resource.service.name = shop',
    ]) {
      it(`holds: ${text}`, () => {
        expect(matches(text, fields)).to.equal(true);
      });
    }

    for (const text of [
      'n = 201',
      'n != 200',
      'n > 200',
      'n < 200',
      'n in (1, 2)',
      'n !~ 2',
      'n > x',
      'text > x and text < a',
      'none = 1',
      'none != 1',
      'none !~ 1',
      'none > 0',
      'none has x',
      'has(none)',
      'empty > 0',
      'empty has x',
      'tags != a',
      'tags = A',
      'tags !~ b',
      'tags has ab',
      'flag = 0',
      'flag > 0',
      'toString = x',
      'has(constructor)',
      'kind = server',
      'kind != client',
      'kind !~ client',
      'kind ~ x',
      'status = ok',
      'service = SHOP',
      'duration > 250ms',
      'duration < 250ms',
      'duration = 250us',
      'thread != 3',
      'has(resource.none)',
      'severity = fatal',
      'severity > error',
      'severity < error',
      'severity != error',
      'log !~ memory',
      'log = "Out of memory"',
      'start > 2026-03-02',
      'resource.service.name != shop',
      '"kind" = client',
    ]) {
      it(`does not hold: ${text}`, () => {
        expect(matches(text, fields)).to.equal(false);
      });
    }

    it('reads severity from its text if there is no number', () => {
      const log = { severityNumber: undefined, severityText: 'WARNING', body: 'x' };

      expect(matches('severity = warn', { events: [{ ...logEvent('x'), log }] })).to.equal(true);
    });

    it('reads attributes that are called as members of all objects', () => {
      expect(matches('constructor = x', { attributes: { constructor: 'x' } })).to.equal(true);
      expect(matches('valueOf = x or __proto__ = x')).to.equal(false);
    });

    it('finds no value for a key that a span lacks', () => {
      const process = { ...PROCESS, pid: undefined };

      expect(matches('thread > 0 or pid > 0 or thread < 9 or pid != 1', { process })).to.equal(false);
      expect(matches('severity < fatal or log != x')).to.equal(false);
    });
  });

  describe('with and, or, not', () => {
    for (const [text, expected] of [
      ['a and b', false],
      ['a or b', true],
      ['a not b', true],
      ['not a or not b', true],
      ['not (a or b)', false],
      ['b or b or a', true],
      ['a and a and b', false],
      ['b and a or a', true],
      ['b and (a or a)', false],
      ['a and not not a', true],
    ] as const) {
      it(`${text} is ${expected} if only a is there`, () => {
        expect(matches(text, { name: 'a', scope: '' })).to.equal(expected);
      });
    }
  });

  it('matches a trace if one of its spans does', () => {
    const trace = traceRow(spanRow({ name: 'a', status: 2 }), spanRow({ name: 'b', duration: 99 }));

    expect(parse('name = b').matchesTrace(trace)).to.equal(true);
    expect(parse('name = b status = error').matchesTrace(trace)).to.equal(false);
    expect(parse('root.name = a name = b root.status = error').matchesTrace(trace)).to.equal(true);
    expect(parse('root.name = b').matchesTrace(trace)).to.equal(false);
    expect(parse('root.name = a').matchesTrace(trace)).to.equal(true);
  });

  it('computes self times only for traces that need them, once', () => {
    const asked: number[] = [];
    const query = queryParser((trace) => {
      asked.push(trace.id);
      return halfOfDuration(trace);
    })('name = b and self > 1ms') as Query;
    const [first, second] = [
      traceRow(spanRow({ name: 'a' })),
      traceRow(spanRow({ name: 'b' }), spanRow({ name: 'b' })),
    ];

    for (const trace of [first, second, first, second]) for (const span of trace.spans) query.matchesSpan(span, trace);

    expect(asked).to.deep.equal([second.id]);
  });

  it('keeps results for 50,000 spans of the traces it saw last', () => {
    const asked: number[] = [];
    const query = queryParser((trace) => {
      asked.push(trace.id);
      return new Map();
    })('self > 1ms') as Query;
    const ofSize = (size: number) => traceRow(...new Array<SpanRow>(size).fill(spanRow()));
    const [a, b, c] = [ofSize(20_000), ofSize(30_000), ofSize(1)];

    for (const trace of [a, b, a, b, c, b]) query.matchesTrace(trace);

    expect(asked).to.deep.equal([a.id, b.id, c.id, b.id]);
  });

  it('stops any work when its time is over, and has no limit afterwards', () => {
    const query = parse('count(name = nothing) = 0');
    const trace = bigTrace(100);
    const work = () => query.matchesSpan(trace.root, trace);

    expect(query.within(() => true, work)).to.equal(undefined);
    expect(work()).to.equal(true);
    expect(() =>
      query.within(undefined, () => {
        throw new RangeError('mine');
      }),
    ).to.throw(RangeError, 'mine');
  });

  describe('on log lines', () => {
    const line = logEvent('disk full', 17, { disk: 'sda', user: 'line' });
    const other = logEvent('all well', 9);
    const span = spanRow({ name: 'write', attributes: { user: 'span', path: '/x' }, events: [line, other] });
    const trace = traceRow(span, spanRow({ name: 'below', parentSpanId: span.spanId }));

    for (const [text, expected] of [
      ['full', true],
      ['well', false],
      ['write', false],
      ['log ~ "disk"', true],
      ['log ~ "well"', false],
      ['severity = error', true],
      ['severity = info', false],
      ['disk = sda', true],
      ['user = line', true],
      ['user = span', false],
      ['path = /x', true],
      ['name = write and service = shop', true],
      ['start <= 1000', true],
      ['root.name = write', true],
      ['child(name = below)', true],
      ['parent(name = below)', false],
      ['count(name = below) = 1', true],
    ] as const) {
      it(`of a span: ${text} is ${expected}`, () => {
        expect(parse(text).matchesEvent(line, span, trace)).to.equal(expected);
      });
    }

    for (const [text, expected] of [
      ['full', true],
      ['sda', true],
      ['well', false],
      ['severity >= error and log has DISK', true],
      ['disk = sda', true],
      ['service = shop pid = 4711', true],
      ['resource.service.name = shop', true],
      ['start = 1000', true],
      [`trace = ${'a'.repeat(32)}`, true],
      ['a'.repeat(32), true],
      ['has(span)', false],
      ['name = disk', false],
      ['has(name) or has(duration) or has(self) or has(kind) or has(thread)', false],
      ['not has(name)', true],
      ['child(full) or parent(full) or count(full) >= 0 or root.name ~ .', false],
    ] as const) {
      it(`without a span: ${text} is ${expected}`, () => {
        expect(parse(text).matchesLog({ ...logRow(line), traceId: 'a'.repeat(32) })).to.equal(expected);
      });
    }
  });

  describe('over 100,000 spans', () => {
    const traces = Array.from({ length: 1_000 }, () => bigTrace(100));

    // Each has to look at every span. The bound leaves room for a busy machine; the aim is a third of it.
    for (const text of ['status = error and http.route = /nowhere', 'duration > 2h', 'nowhere', 'log ~ nowhere']) {
      it(`is done in 200 ms of CPU: ${text}`, () => {
        const times = [1, 2, 3].map(() => {
          const query = parse(text);
          const before = process.cpuUsage();
          expect(traces.some((trace) => query.matchesTrace(trace))).to.equal(false);
          return process.cpuUsage(before).user / 1_000;
        });

        expect(Math.min(...times)).to.be.below(200);
      });
    }
  });
});
