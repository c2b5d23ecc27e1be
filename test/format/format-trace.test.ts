import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { SpanKind, SpanStatusCode, type Span } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import type { FormatTraceOptions } from '../../src/format/format-options.js';
import { formatTrace } from '../../src/format/format-trace.js';
import type { ReadableSpan } from '../../src/model/otel.js';
import { textWidth } from '../../src/trace/text/text-width.js';
import { SPAN_MEMBERS } from '../../src/model/span-members.js';
import { hostileValue, revokedProxy, trap } from '../hostile-values.js';
import { at, Recorder, TRACE_ID } from './recorder.js';

/** A template string without its first line break, its last line, and the indentation of its first line. */
function page(template: string): string {
  const lines = template.split('\n').slice(1, -1);
  const indent = /^ */.exec(lines[0] as string)![0].length;
  return lines.map((line) => line.slice(indent)).join('\n');
}

function fail(span: Span, message?: string): Span {
  return span.setStatus({ code: SpanStatusCode.ERROR, ...(message && { message }) });
}

/** An order that is refused: a server with a database, a client that retries, logs and errors. */
function recordOrder(recorder: Recorder): void {
  const server = recorder.start('POST /orders', {
    kind: SpanKind.SERVER,
    remoteParentId: '00f067aa0ba902b7',
    attributes: { 'http.request.method': 'POST', 'http.route': '/orders', 'http.response.status_code': 402 },
  });
  recorder.log(server, 1, {
    severityNumber: SeverityNumber.INFO,
    body: 'order received',
    attributes: { orderId: 17 },
  });
  recorder.span('SELECT shop.products', 4.1, {
    start: 2,
    parent: server,
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'sqlite', 'db.query.text': 'SELECT * FROM products WHERE id = ?' },
  });
  const charge = recorder.start('charge card', { start: 7, parent: server, attributes: { 'card.brand': 'visa' } });
  recordCall(recorder, charge, { start: 8, end: 62, status: 503 });
  recorder.log(charge, 62, { severityNumber: SeverityNumber.WARN, body: 'retrying', attributes: { attempt: 1 } });
  recordCall(recorder, charge, { start: 110, end: 303, status: 402 });
  charge.recordException({ name: 'PaymentError', message: 'card declined', stack: 'PaymentError: …' }, at(304));
  fail(charge, 'card declined').end(at(304.5));
  recorder.log(server, 305, {
    severityNumber: SeverityNumber.ERROR,
    body: 'payment failed',
    attributes: { code: 'card_declined' },
  });
  fail(server).end(at(312));
}

function recordCall(
  recorder: Recorder,
  parent: Span,
  { start, end, status }: { start: number; end: number; status: number },
): void {
  const call = recorder.start('POST', {
    start,
    parent,
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': 'POST',
      'url.full': 'https://pay.example.com/charges',
      'http.response.status_code': status,
      'error.type': String(status),
    },
  });
  fail(call).end(at(end));
}

describe('formatTrace', () => {
  let recorder: Recorder;
  beforeEach(() => {
    recorder = new Recorder();
  });

  const format = (options?: FormatTraceOptions): string => formatTrace(recorder.trace(), options);
  const formatTree = (options?: FormatTraceOptions): string => format({ timeline: false, ...options });

  describe('of a request that fails', () => {
    beforeEach(() => recordOrder(recorder));

    it('shows each span with its time, its duration and its error', () => {
      expect(format()).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 5 spans · 312 ms · 4 errors
          312 ms  ━━━━━━━━━━━━━━━━━━━━━━━━  POST /orders  server  ← remote  ✗ ERROR
                                            │ http.response.status_code=402
           +1 ms  •                         │ INFO  order received  orderId=17
         +305 ms                         •  │ ERROR payment failed  code=card_declined
          2.1 ms  ╸                         ├─ SELECT shop.products  client
                                            │    db.system.name=sqlite
                                            │    db.query.text="SELECT * FROM products WHERE id = ?"
          298 ms  ╺━━━━━━━━━━━━━━━━━━━━━━╸  └─ charge card  ✗ card declined
                                               │ card.brand=visa
          +62 ms       •                       │ WARN  retrying  attempt=1
         +304 ms                         •     │ PaymentError: card declined
           54 ms  ╺━━━━                        ├─ POST  client  ✗ 503
                                               │    url.full=https://pay.example.com/charges
          193 ms          ╺━━━━━━━━━━━━━━╸     └─ POST  client  ✗ 402
                                                    url.full=https://pay.example.com/charges
      `),
      );
    });

    it('fits 80 columns', () => {
      expect(format({ width: 80 })).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 5 spans · 312 ms · 4 errors
          312 ms  ━━━━━━━━━━━━━━━━━━  POST /orders  server  ← remote  ✗ ERROR
                                      │ http.response.status_code=402
           +1 ms  •                   │ INFO  order received  orderId=17
         +305 ms                   •  │ ERROR payment failed  code=card_declined
          2.1 ms  ╸                   ├─ SELECT shop.products  client
                                      │    db.system.name=sqlite
                                      │    db.query.text="SELECT * FROM products WHERE …
          298 ms  ╺━━━━━━━━━━━━━━━━╸  └─ charge card  ✗ card declined
                                         │ card.brand=visa
          +62 ms     •                   │ WARN  retrying  attempt=1
         +304 ms                   •     │ PaymentError: card declined
           54 ms  ╺━━╸                   ├─ POST  client  ✗ 503
                                         │    url.full=https://pay.example.com/charges
          193 ms        ╺━━━━━━━━━━╸     └─ POST  client  ✗ 402
                                              url.full=https://pay.example.com/charges
      `),
      );
    });

    it('is short without timeline, events and attributes', () => {
      expect(format({ timeline: false, events: false, attributes: 'none' })).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 5 spans · 312 ms · 4 errors
          312 ms  POST /orders  server  ← remote  ✗ ERROR
          2.1 ms  ├─ SELECT shop.products  client
          298 ms  └─ charge card  ✗ card declined
           54 ms     ├─ POST  client  ✗ 503
          193 ms     └─ POST  client  ✗ 402
      `),
      );
    });

    it('is the same text in colours', () => {
      const colored = format({ colors: true });

      expect(colored).to.not.equal(format());
      expect(stripVTControlCharacters(colored)).to.equal(format());
    });

    it('uses no colours by default; with colours, errors are red and severities are graded', () => {
      expect(format()).to.not.include('\x1b');

      const colored = format({ colors: true });

      expect(colored).to.include('\x1b[31m✗ card declined\x1b[0m');
      expect(colored).to.include('\x1b[31m━━━');
      expect(colored).to.include('\x1b[31mPaymentError: card declined\x1b[0m');
      expect(colored).to.include('\x1b[31mERROR \x1b[0mpayment failed');
      expect(colored).to.include('\x1b[33mWARN  \x1b[0mretrying');
      expect(colored).to.include('\x1b[32mINFO  \x1b[0morder received');
    });

    it('is the same for any order of the spans', () => {
      expect(formatTrace(recorder.trace().spans.toReversed())).to.equal(format());
    });
  });

  it('is empty without spans', () => {
    expect(formatTrace([])).to.equal('');
    expect(formatTrace({ traceId: TRACE_ID, roots: [], spans: [], complete: true })).to.equal('');
  });

  it('places several traces below each other', () => {
    recorder.span('first', 1);
    const other = new Recorder();
    other.span('second', 2);
    const spans = [...recorder.trace().spans, ...other.trace().spans.map((span) => inTrace(span, 'f'.repeat(32)))];

    expect(formatTrace(spans, { timeline: false })).to.equal(
      page(`
      trace 5b8efff798038103d269b633813fc60c · 1 span · 1 ms
          1 ms  first

      trace ffffffffffffffffffffffffffffffff · 1 span · 2 ms
          2 ms  second
    `),
    );
  });

  it('places several roots below each other', () => {
    recorder.span('second', 4, { start: 3 });
    recorder.span('first', 1);

    expect(formatTree()).to.equal(
      page(`
      trace 5b8efff798038103d269b633813fc60c · 2 spans · 4 ms
          1 ms  first
          1 ms  second
    `),
    );
  });

  describe('when parents are missing', () => {
    it('groups the spans of a missing parent below one gap that names it', () => {
      const server = recorder.start('GET /');
      const middle = recorder.start('middle', { parent: server, start: 1 });
      recorder.span('query', 3, { parent: server, start: 2 });
      recorder.span('parse', 5, { parent: middle, start: 4 });
      recorder.span('respond', 6, { parent: server, start: 5 });

      expect(format()).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 3 spans · 4 ms
                                            ⋯ parent 0000000000000001 not ended yet, or lost
            1 ms  ━━━━━━                    ├─ query
            1 ms                    ━━━━━━  └─ respond
                                            ⋯ parent 0000000000000002 not ended yet, or lost
            1 ms              ━━━━━━        └─ parse
      `),
      );
    });
  });

  describe('of events', () => {
    it("sorts log events and the span's own events together by time", () => {
      const span = recorder.start('work');
      span.addEvent('cache.miss', { key: 'a b' }, at(2.5));
      span.addEvent('cache.filled', at(4.2));
      recorder.log(span, 1, { body: 'begin', severityNumber: SeverityNumber.DEBUG });
      recorder.log(span, 3, { body: 'filling', severityNumber: SeverityNumber.TRACE });
      span.end(at(9));

      expect(formatTree()).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 1 span · 9 ms
            9 ms  work
           +1 ms    DEBUG begin
         +2.5 ms    cache.miss  key="a b"
           +3 ms    TRACE filling
         +4.2 ms    cache.filled
      `),
      );
    });

    it('leaves log events in the order of emission, regardless of their times', () => {
      const span = recorder.start('work');
      recorder.log(span, 2, { body: 'first' });
      recorder.log(span, 1, { body: 'second' });
      span.end(at(9));

      expect(formatTree()).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 1 span · 9 ms
            9 ms  work
           +2 ms    first
           +1 ms    second
      `),
      );
    });

    it('shows event name, body, and a severity that has no number', () => {
      const span = recorder.start('work');
      recorder.log(span, 1, { eventName: 'order.placed', body: 'order 17 placed' });
      recorder.log(span, 2, { eventName: 'order.placed', body: { id: 17, items: ['tea'] } });
      recorder.log(span, 3, { severityText: 'notice', body: { id: 18 } });
      recorder.log(span, 4, { body: ['a', 1] });
      recorder.log(span, 5, { severityNumber: SeverityNumber.FATAL4 });
      span.end(at(9));

      expect(formatTree()).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 1 span · 9 ms
            9 ms  work
           +1 ms    order.placed  order 17 placed
           +2 ms    order.placed  {id=17, items=[tea]}
           +3 ms    NOTIC {id=18}
           +4 ms    [a, 1]
           +5 ms    FATAL log
      `),
      );
    });

    it('shows exceptions by type and message, of the span and of logs', () => {
      const span = recorder.start('work');
      span.recordException(new RangeError('too far'), at(1));
      span.recordException('just words', at(2));
      recorder.log(span, 3, {
        body: 'gave up',
        severityNumber: SeverityNumber.ERROR,
        attributes: { 'exception.type': 'RangeError', 'exception.message': 'too far', attempt: 3 },
      });
      span.end(at(9));

      expect(formatTree()).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 1 span · 9 ms
            9 ms  work
           +1 ms    RangeError: too far
           +2 ms    just words
           +3 ms    ERROR gave up  RangeError: too far  attempt=3
      `),
      );
    });

    it('names an exception by its stack trace where its recorded type is a number', () => {
      const span = recorder.start('work');
      const errors = [
        new DOMException('took too long', 'TimeoutError'),
        Object.assign(new TypeError('no such method'), { code: -32601 }),
        Object.assign(new Error('read failed'), { code: 'ECONNRESET' }),
        { code: 5, message: 'no stack' },
        { code: 6, message: 'no name', stack: '    at f (a.js:1:2)' },
      ];
      for (const [index, error] of errors.entries()) span.recordException(error, at(index + 1));
      span.end(at(9));

      expect(formatTree()).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 1 span · 9 ms
            9 ms  work
           +1 ms    TimeoutError: took too long
           +2 ms    TypeError: no such method
           +3 ms    ECONNRESET: read failed
           +4 ms    5: no stack
           +5 ms    6: no name
      `),
      );
    });

    it('shows stack traces with all attributes', () => {
      const span = recorder.start('work');
      const stack = 'RangeError: too far\n    at f (a.js:1:2)\n    at g (a.js:3:4)';
      span.recordException({ name: 'RangeError', message: 'too far', stack }, at(1));
      span.end(at(9));

      const expected = page(`
        trace 5b8efff798038103d269b633813fc60c · 1 span · 9 ms
            9 ms  work
           +1 ms    RangeError: too far
                        at f (a.js:1:2)
                        at g (a.js:3:4)
      `);
      expect(formatTree({ attributes: 'all' })).to.equal(expected);
      expect(formatTree({ attributes: (key) => key === 'exception.stacktrace' })).to.equal(expected);
    });

    it('shortens an error in the form of pino', () => {
      const span = recorder.start('work');
      const err = { type: 'PaymentError', message: 'card declined', stack: 'PaymentError: card declined\n    at …' };
      recorder.log(span, 1, { severityNumber: SeverityNumber.ERROR, body: 'payment failed', attributes: { err } });
      span.end(at(9));

      expect(formatTree()).to.include('ERROR payment failed  err=PaymentError: card declined');
    });

    it('applies the choice of attributes to events, too', () => {
      const span = recorder.start('work', { attributes: { a: 1, b: 2 } });
      span.addEvent('done', { a: 3, b: 4 }, at(1));
      span.end(at(9));

      expect(formatTree({ attributes: (key) => key === 'b' })).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 1 span · 9 ms
            9 ms  work
                    b=2
           +1 ms    done  b=4
      `),
      );
    });
  });

  it('reports dropped attributes and events', () => {
    const span = recorder.start('work', { attributes: Object.fromEntries(keys(130)) });
    for (let index = 0; index < 129; index++) span.addEvent('tick', {}, at(1));
    span.end(at(9));

    expect(formatTree({ attributes: 'none' }).split('\n').at(-1)).to.equal(
      '            ⋯ 2 attributes dropped  ⋯ 1 event dropped',
    );
  });

  describe('of unusual spans', () => {
    it("shows a child outside of its parent's time, and an event before the trace", () => {
      const parent = recorder.start('parent', { start: 10 });
      recorder.log(parent, -5, { body: 'early' });
      recorder.span('early child', 5, { parent, start: 0 });
      recorder.span('late child', 40, { parent, start: 30 });
      parent.end(at(20));

      expect(format()).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 3 spans · 40 ms
           10 ms        ━━━━━━              parent
           -5 ms  •                         │ early
            5 ms  ━━━                       ├─ early child
           10 ms                    ━━━━━━  └─ late child
      `),
      );
    });

    it('shows a span that takes no time', () => {
      recorder.span('instant', 0);

      expect(format()).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c · 1 span · 0 µs
            0 µs  ╸                         instant
      `),
      );
    });

    it('survives invalid times', () => {
      recorder.span('a', 1);
      const broken = Object.create(recorder.trace().spans[0]!, {
        startTime: { value: [NaN, 0] },
        endTime: { value: [1e30, -5] },
      }) as ReadableSpan;

      expect(formatTrace([broken])).to.include('a');
    });

    it('indents a deep tree up to half of the text, and numbers the levels below', () => {
      let parent = recorder.start('level 0');
      const spans = [parent];
      for (let level = 1; level < 8; level++) spans.push((parent = recorder.start(`level ${level}`, { parent })));
      recorder.span('brother', 1, { parent: spans[5] as Span, start: 1 });
      spans.forEach((span) => span.end(at(9)));

      expect(formatTree({ width: 40 })).to.equal(
        page(`
        trace 5b8efff798038103d269b633813fc60c …
            9 ms  level 0
            9 ms  └─ level 1
            9 ms     └─ level 2
            9 ms        └─ level 3
            9 ms           └─ level 4
            9 ms              └─ level 5
            9 ms                 ⋯6 ├─ level 6
            9 ms                 ⋯7 └─ level 7
            0 µs                 ⋯6 └─ brother
      `),
      );
    });

    it('indents at most 40 levels of a wide page', () => {
      let parent = recorder.start('level 0');
      const spans = [parent];
      for (let level = 1; level < 60; level++) spans.push((parent = recorder.start(`level ${level}`, { parent })));
      spans.forEach((span) => span.end(at(9)));

      const lines = formatTree({ width: 400 }).split('\n');

      expect(lines.at(-1)!.trimStart()).to.equal('9 ms' + ' '.repeat(2 + 3 * 40) + '⋯59 └─ level 59');
    });

    it('formats 10,000 levels and 1,000 children', () => {
      let parent = recorder.start('root');
      const chain = [parent];
      for (let level = 0; level < 10_000; level++) chain.push((parent = recorder.start('deep', { parent })));
      for (let index = 0; index < 1_000; index++) recorder.span('child', 1, { parent });
      chain.slice(-9_000).forEach((span) => span.end(at(9)));

      expect(formatTrace(recorder.trace(), { timeline: false }).split('\n')).to.have.length(10_002);
    });
  });

  describe('of values of any class', () => {
    it('shows their text', () => {
      const span = recorder.start('work');
      const body = {
        at: new Date(0),
        map: new Map([['a', 1]]),
        set: new Set(['x']),
        url: new URL('http://localhost/a'),
        bytes: Buffer.from('abc'),
        error: new TypeError('failed', { cause: new RangeError('too far') }),
      };
      recorder.log(span, 1, { body: body as never });
      span.end(at(9));

      expect(formatTree({ width: 200 })).to.include(
        '{at=1970-01-01T00:00:00.000Z, map=Map{a=1}, set=Set[x], url=http://localhost/a, bytes=<3 bytes>, ' +
          'error=TypeError: failed (cause: RangeError: too far)}',
      );
    });
  });

  describe('of malformed input', () => {
    const odd = (members: PropertyDescriptorMap): string => {
      recorder.span('sound', 1);
      recorder.span('odd', 2);
      const [sound, span] = recorder.trace().spans;
      return formatTrace([sound!, Object.create(span!, members) as ReadableSpan], { timeline: false });
    };

    it('shows names that are not strings', () => {
      for (const [name, text] of [
        [undefined, 'undefined'],
        [404, '404'],
        [new TypeError('x'), 'TypeError: x'],
      ]) {
        expect(odd({ name: { value: name } }))
          .to.include(`  ${String(text)}`)
          .and.include('sound');
        recorder = new Recorder();
      }
    });

    it('treats a null parent as missing', () => {
      expect(odd({ parentSpanContext: { value: null } }))
        .to.include('1 ms  sound')
        .and.include('  odd');
    });

    it('shows a mark for a span that cannot be read, and all other spans', () => {
      for (const member of SPAN_MEMBERS) {
        recorder = new Recorder();
        expect(odd({ [member]: trap }), member).to.include('1 ms  sound');
      }
      for (const members of [
        { name: trap },
        { spanContext: trap },
        { attributes: trap },
        { events: { value: [revokedProxy()] } },
      ]) {
        recorder = new Recorder();
        expect(odd(members)).to.include('[unreadable]');
      }
    });

    it('never throws and never exceeds its width, for any spans', () => {
      recorder.span('sound', 1);
      const [sound] = recorder.trace().spans;
      const members = [
        'name',
        'kind',
        'status',
        'attributes',
        'events',
        'parentSpanContext',
        'startTime',
        'endTime',
        'spanContext',
      ];
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...members), hostileValue), hostileValue, (makers, makeBody) => {
          const event = {
            name: makeBody(),
            time: [1, 0],
            observedTime: [1, 0],
            body: makeBody(),
            severityText: makeBody(),
            attributes: { a: makeBody() },
          };
          const hostile = Object.create(sound!, {
            spanContext: { value: () => ({ ...sound!.spanContext(), spanId: 'f'.repeat(16) }) },
            events: { value: [event, makeBody()] },
            attributes: { value: { 'http.route': makeBody(), 'exception.type': makeBody(), a: makeBody() } },
            ...Object.fromEntries(Object.entries(makers).map(([key, make]) => [key, { value: make() }])),
          }) as ReadableSpan;

          for (const attributes of ['telling', 'all'] as const) {
            const lines = formatTrace([sound!, hostile], { attributes, width: 60 }).split('\n');

            expect(lines.join('\n'))
              .to.include('sound')
              .and.match(/^(?:[\n\u200c\u200d]|[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}])*$/u);
            for (const line of lines) expect(textWidth(line)).to.be.at.most(60);
          }
        }),
      );
    });
  });

  describe('of very large values', () => {
    it('processes only the shown part', () => {
      const secondsFor = (length: number): number => {
        const large = new Recorder({ maxBytes: 2 ** 30 });
        const text = Buffer.alloc(length, 'a "b"\n').toString();
        const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`key${index}`, text]));
        const span = large.start(text, { attributes });
        span.addEvent(text, { [text]: text, 'exception.stacktrace': text }, at(1));
        large.log(span, 2, { body: { text, error: { message: text, stack: text } }, severityText: text });
        fail(span, text).end(at(9));
        const trace = large.trace();
        const before = process.cpuUsage();
        for (let round = 0; round < 5; round++) formatTrace(trace, { attributes: 'all' });
        const { user, system } = process.cpuUsage(before);
        return user + system;
      };
      secondsFor(10_000);

      // A thousand times as long: work on the whole would take hundreds of times as long.
      expect(secondsFor(10_000_000) / secondsFor(40_000)).to.be.below(20);
    });
  });

  it('escapes characters anywhere that would move the cursor or forge a line', () => {
    const evil = 'a\nb\r\x1b[2Jc\u2028d\u202ee\x9bf';
    const span = recorder.start(evil, { attributes: { [evil]: evil, list: [evil] } });
    span.addEvent(evil, { [evil]: evil }, at(1));
    span.recordException({ name: evil, message: evil, stack: `${evil}\n${evil}` }, at(1));
    recorder.log(span, 2, { eventName: evil, severityText: evil, body: { [evil]: evil } });
    fail(span, evil).end(at(9));

    const text = format({ attributes: 'all' });

    expect(text).to.not.match(/[^\P{C}\n]|[\u2028\u2029]/u);
    expect(text.split('\n').every((line) => /^trace|^ /.test(line))).to.equal(true);
    expect(text).to.include('a\\nb\\r\\x1b[2Jc\\u2028d\\u202ee\\x9bf');
  });

  it('never exceeds its width', () => {
    const long = '注文🚀✅❌⚡⭐🟢❤\ufe0f and so on '.repeat(20);
    let parent = recorder.start(long, { kind: SpanKind.CONSUMER, attributes: { [long]: long, url: long } });
    const chain = [parent];
    for (let level = 0; level < 30; level++) {
      chain.push((parent = recorder.start(long, { parent, kind: SpanKind.CLIENT })));
    }
    for (const span of chain) {
      recorder.log(span, -3e9, { body: long, severityNumber: SeverityNumber.ERROR, attributes: { [long]: long } });
      span.recordException({ name: long, message: long, stack: `\n${long}` }, at(1));
      fail(span, long).end(at(9));
    }
    const spans = recorder.trace().spans.slice(0, -1);

    for (let width = 40; width <= 200; width += 5) {
      for (const timeline of [true, false]) {
        const lines = formatTrace(spans, { width, timeline, attributes: 'all' }).split('\n');
        expect(Math.max(...lines.map(textWidth))).to.be.at.most(width);
      }
    }
  });

  describe('given a wrong argument', () => {
    const cases: [options: unknown, error: new () => Error, message: string][] = [
      [{ width: 39 }, RangeError, 'width must be an integer from 40, got 39 (number)'],
      [{ width: 80.5 }, RangeError, 'width must be an integer from 40, got 80.5 (number)'],
      [{ width: NaN }, RangeError, 'width must be an integer from 40, got NaN (number)'],
      [{ width: '80' }, TypeError, "width must be an integer from 40, got '80' (string)"],
      [{ colors: 1 }, TypeError, 'colors must be true or false, got 1 (number)'],
      [{ timeline: null }, TypeError, 'timeline must be true or false, got null (null)'],
      [{ events: 'yes' }, TypeError, "events must be true or false, got 'yes' (string)"],
      [
        { attributes: 'some' },
        RangeError,
        "attributes must be 'telling', 'all', 'none' or a function, got 'some' (string)",
      ],
      [{ attributes: [] }, TypeError, "attributes must be 'telling', 'all', 'none' or a function, got [] (object)"],
      [
        { color: true },
        TypeError,
        "unknown option 'color': an option must be one of colors, width, timeline, events, attributes, fold, label, got 'color' (string)",
      ],
      [null, TypeError, 'options must be an object, got null (null)'],
      [[], TypeError, 'options must be an object, got [] (object)'],
    ];
    for (const [options, error, message] of cases) {
      it(`throws: ${message}`, () => {
        expect(() => formatTrace([], options as FormatTraceOptions))
          .to.throw(error)
          .with.property('message', message);
      });
    }

    it('names the accepted values', () => {
      expect(() => formatTrace(undefined as unknown as [])).to.throw(
        TypeError,
        'trace must be a scope, a run, a store, a batch, a trace, a span, or an array of traces or spans, got undefined (undefined)',
      );
    });

    it('rejects a list of spans with an item that is not a span', () => {
      recorder.span('a', 1);
      const trace = recorder.trace();
      const store = { getFinishedSpans: () => trace.spans };

      for (const other of [trace, store, { spans: [], orphans: [], dropped: 0 }, 5, null]) {
        expect(() => formatTrace([...trace.spans, other] as never)).to.throw(TypeError, 'trace must be a scope, a run');
      }
    });

    it('uses the default for an undefined option', () => {
      recorder.span('a', 1);

      expect(format({ width: undefined } as unknown as FormatTraceOptions)).to.equal(format());
    });
  });
});

function keys(count: number): [string, number][] {
  return Array.from({ length: count }, (_, index) => [`key${index}`, index]);
}

function inTrace(span: ReadableSpan, traceId: string): ReadableSpan {
  return Object.create(span, { spanContext: { value: () => ({ ...span.spanContext(), traceId }) } }) as ReadableSpan;
}
