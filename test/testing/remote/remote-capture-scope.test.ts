import { inspect } from 'node:util';
import { expect } from 'chai';
import { remoteReceiver, remoteScope, type RemoteScope } from '../../../src/testing/remote/index.js';
import { failureOf, names } from '../capture/tracing-tools.js';

const TRACE = 'a'.repeat(32);
const SERVER = 2;
const HAS_IS_REMOTE = 0x1_00;
const IS_REMOTE = 0x2_00;

/** A span of a trace, by one digit that stands for its id. */
function span(digit: string, parent?: string, fields: object = {}): object {
  return {
    traceId: TRACE,
    spanId: digit.repeat(16),
    ...(parent === undefined ? {} : { parentSpanId: parent.repeat(16) }),
    name: `span ${digit}`,
    startTimeUnixNano: `${digit}000000`,
    endTimeUnixNano: '10000000',
    ...fields,
  };
}

describe('RemoteCaptureScope', () => {
  let scope: RemoteScope;
  beforeEach(async () => {
    scope = await remoteScope({ name: 'checkout', timeoutMillis: 2_000 });
  });
  afterEach(() => scope.close());

  async function send(...spans: object[]): Promise<void> {
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    await fetch(`${scope.receiver.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  }

  async function log(body: string, fields: object = {}): Promise<void> {
    const logRecords = [{ body: { stringValue: body }, timeUnixNano: '1', ...fields }];
    const request = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    await fetch(`${scope.receiver.url}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: request,
    });
  }

  describe('traceparent', () => {
    it('is sampled, in the trace of the scope', () => {
      expect(scope.traceparent).to.match(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
      expect(scope.traceparent).to.contain(scope.traceId);
    });

    it('makes the span below it a root, even from an SDK that sends no flags', async () => {
      await send(span('1', undefined, { traceId: scope.traceId, parentSpanId: scope.traceparent.split('-')[2] }));

      expect(names((await scope.waitForTrace()).roots)).to.deep.equal(['span 1']);
    });
  });

  describe('spans', () => {
    it('are in the order they started, regardless of the order of arrival', async () => {
      await send(span('3', '1'), span('2', '1'));
      await send(span('1'));

      expect(names(scope.spans)).to.deep.equal(['span 1', 'span 2', 'span 3']);
      expect(names(scope.traces[0]!.roots[0]!.children)).to.deep.equal(['span 2', 'span 3']);
    });

    it('that started at the same time are ordered outer before inner, siblings by arrival', async () => {
      const now = { startTimeUnixNano: '5000000' };
      await send(span('4', '3', now), span('5', '1', now), span('3', '1', now), span('1', undefined, now));

      expect(names(scope.spans)).to.deep.equal(['span 1', 'span 5', 'span 3', 'span 4']);
    });

    it("are all kept if they are each other's parents", async () => {
      await send(span('1', '2'), span('2', '1'));

      expect(names(scope.spans)).to.deep.equal(['span 1', 'span 2']);
      expect(scope.traces[0]?.spans).to.have.length(2);
    });

    it('are frozen', async () => {
      await send(span('1'));

      expect(scope.spans).to.be.frozen;
      expect(scope.spans[0]).to.be.frozen;
    });
  });

  describe('waitForSpan', () => {
    it('reports a matching span without an owner', async () => {
      await using other = scope.receiver.openScope();
      await send(span('1'));

      const { message } = await failureOf(scope.waitForSpan('span 1', { timeoutMillis: 20 }));

      expect(other.spans).to.deep.equal([]);
      expect(message).to.contain('\nspan 1 matches, but is unowned: it arrived in a trace that no scope owns\n');
    });
  });

  describe('waitForTrace', () => {
    it('waits for the parent of each span', async () => {
      await send(span('3', '2'), span('1'));
      const waiting = scope.waitForTrace();

      await send(span('2', '1'));

      expect(names((await waiting).spans)).to.deep.equal(['span 1', 'span 2', 'span 3']);
    });

    it('does not wait for a parent in another process, by the flags, or without flags by the kind', async () => {
      await send(span('2', '1', { flags: HAS_IS_REMOTE | IS_REMOTE }), span('4', '3', { kind: SERVER }));

      expect(names((await scope.waitForTrace()).roots)).to.deep.equal(['span 2', 'span 4']);
    });

    it('waits for the parent of a server span if it is in the same process', async () => {
      await send(span('2', '1', { kind: SERVER, flags: HAS_IS_REMOTE }));

      await failureOf(scope.waitForTrace({}, { timeoutMillis: 20 }));
    });

    it('shows the captured spans when it times out', async () => {
      await send(span('3', '2'), span('1', undefined, { kind: SERVER }));

      const { message } = await failureOf(scope.waitForTrace({ root: 'span 2' }, { timeoutMillis: 20 }));

      expect(message.split('\n')).to.deep.equal([
        'no trace with root span 2 was complete within 20 ms, in checkout',
        '',
        'Seen so far:',
        `  trace ${TRACE}`,
        '    span 1  server  9 ms',
        '    span 3  7 ms',
        '',
        'Open, or still on their way:',
        `  the parent of span 3, ${'2'.repeat(16)}`,
        '',
        'Nearest:',
        '  span 1: name: expected "span 2", got "span 1"',
        '',
      ]);
    });
  });

  describe('waitForIdle', () => {
    it('ends when nothing has arrived for a while', async () => {
      await send(span('2', '1'));
      const waiting = scope.waitForIdle({ settleMillis: 20 });

      await send(span('1'));

      await waiting;
      expect(scope.spans).to.have.length(2);
    });

    it('does not end before anything has arrived', async () => {
      const { message } = await failureOf(scope.waitForIdle({ timeoutMillis: 20 }));

      expect(message).to.contain('nothing was sent to');
    });
  });

  describe('waitForLog', () => {
    for (const matcher of ['paid', /^pa/, (record: { body: unknown }) => record.body === 'paid']) {
      it(`finds a log by ${String(matcher)}`, async () => {
        const waiting = scope.waitForLog(matcher);

        await log('other');
        await log('paid');

        expect((await waiting).body).to.equal('paid');
      });
    }

    it('accepts a pattern like assertLog(), with a span that arrives later', async () => {
      const waiting = scope.waitForLog({ body: /^pa/, severity: 'INFO', span: { name: 'span 1' } });

      await log('paid', { severityText: 'info', traceId: TRACE, spanId: '1'.repeat(16) });
      await send(span('1'));

      expect((await waiting).body).to.equal('paid');
    });

    it('shows the nearest log', async () => {
      await log('other', { severityText: 'WARN' });

      const { message } = await failureOf(scope.waitForLog({ body: 'paid', severity: 'WARN' }, { timeoutMillis: 1 }));

      expect(message).to.match(/^no log record matched \{body: paid, severity: WARN\} within 1 ms/);
      expect(message).to.contain('Nearest:\n  WARN other: body: expected paid, got other');
    });

    it('rejects a value that is not a matcher', async () => {
      expect(await failureOf(scope.waitForLog(1 as unknown as string))).to.be.instanceOf(TypeError);
      expect((await failureOf(scope.waitForLog({ boddy: 'paid' } as never))).message).to.contain(
        "unknown key 'boddy' in pattern",
      );
    });
  });

  describe('assertAllEnded', () => {
    it('names the spans whose parent has not arrived', async () => {
      await send(span('2', '1'));

      expect(() => scope.assertAllEnded()).to.throw(`the parent of span 2, ${'1'.repeat(16)}`);
    });

    it('fails without spans', () => {
      expect(() => scope.assertAllEnded()).to.throw('checkout has no span, so nothing could be checked');
    });
  });

  it('is inspected as its name, its counts and its traces', async () => {
    await send(span('2', '1'), span('1'));

    expect(inspect(scope)).to.match(/^RemoteScope checkout: 2 spans\n {2}trace a{32}\n {4}span 1 {2}.*\n {4}└─ span 2/);
    expect(JSON.stringify(scope)).to.equal('"- span 1\\n  - span 2"');
  });

  describe('when it is full', () => {
    it('counts what it has no room for, and says so', async () => {
      await using small = await remoteScope({ maxSpansPerScope: 1, maxLogsPerScope: 1, timeoutMillis: 1 });
      const post = (signal: string, body: object) =>
        fetch(`${small.receiver.url}/v1/${signal}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      await post('traces', { resourceSpans: [{ scopeSpans: [{ spans: [span('1'), span('2', '1')] }] }] });
      await post('logs', {
        resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '1' }, { timeUnixNano: '2' }] }] }],
      });

      expect(names(small.spans)).to.deep.equal(['span 1']);
      expect([small.logs.length, small.droppedSpansCount, small.droppedLogsCount]).to.deep.equal([1, 1, 1]);
      expect((await failureOf(small.waitForSpan('span 2'))).message).to.include(
        'dropped 1 span, because maxSpansPerScope',
      );
      expect(() => small.assertAllEnded()).to.throw(/^cannot tell/);
    });
  });

  describe('when it is full by size', () => {
    const text = 'x'.repeat(20_000);
    const attributes = [{ key: 'text', value: { stringValue: text } }];

    it('counts what it has no room for, and says so', async () => {
      await using small = await remoteScope({ maxBytesPerScope: 50_000, timeoutMillis: 1 });
      const post = (signal: string, body: object) =>
        fetch(`${small.receiver.url}/v1/${signal}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      const events = Array.from({ length: 20 }, () => ({
        attributes: [{ key: 'text', value: { stringValue: text } }],
      }));
      await post('traces', {
        resourceSpans: [
          { scopeSpans: [{ spans: [span('1', undefined, { attributes }), span('2', undefined, { events })] }] },
        ],
      });
      await post('logs', {
        resourceLogs: [
          { scopeLogs: [{ logRecords: [{ body: { stringValue: text } }, { attributes }, { attributes }] }] },
        ],
      });

      expect(names(small.spans)).to.deep.equal(['span 1']);
      expect([small.logs.length, small.droppedSpansCount, small.droppedLogsCount]).to.deep.equal([1, 1, 2]);
      expect((await failureOf(small.waitForSpan('span 2'))).message).to.include(
        'dropped 1 span, because maxBytesPerScope was reached',
      );
    });
  });

  describe('unowned', () => {
    it('keeps the last ones, fewer if they are large', async () => {
      await using receiver = await remoteReceiver();
      const [one] = [receiver.openScope(), receiver.openScope()];
      const attributes = [{ key: 'text', value: { stringValue: 'x'.repeat(10_000_000) } }];
      for (const digit of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        const body = JSON.stringify({
          resourceSpans: [{ scopeSpans: [{ spans: [span(digit, undefined, { attributes })] }] }],
        });
        await fetch(`${receiver.url}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
      }

      expect(names(one!.unowned)).to.deep.equal(['span 4', 'span 5', 'span 6', 'span 7', 'span 8', 'span 9']);
    });
  });

  describe('a wait that has timed out', () => {
    it('shows the last request that was rejected, once, whether or not other spans came', async () => {
      const rejected = 'a request was rejected: resourceSpans must be an array';
      const body = JSON.stringify({ resourceSpans: 1 });
      await fetch(`${scope.receiver.url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const waits = () => [scope.waitForSpan('b', { timeoutMillis: 1 }), scope.waitForLog('b', { timeoutMillis: 1 })];

      const before = await Promise.all(waits().map(failureOf));
      await send(span('1'));
      const after = await Promise.all(waits().map(failureOf));

      for (const { message } of [...before, ...after]) expect(message.split(rejected)).to.have.length(2);
    });
  });

  describe('explainNoLogs', () => {
    it('reports whether anything arrived, and that logs are exported separately', async () => {
      await send(span('1'));

      expect(scope.explainNoLogs()).to.match(/^processes export to http:\S+, but no log record has arrived/);
    });
  });
});
