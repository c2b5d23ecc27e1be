import { expect } from 'chai';
import type { ReadableSpan } from '../../../src/index.js';
import { captureTrace } from '../../../src/testing/capture/captured-traces.js';
import { SpanRecord } from '../../../src/testing/capture/span-record.js';
import { traceLines } from '../../../src/trace/captured-trace.js';
import { revokedProxy, trap } from '../../hostile-values.js';

function record(spanId: string, parentSpanId: string | undefined, order: number): SpanRecord {
  const context = (id: string) => ({ traceId: 't', spanId: id, traceFlags: 1 });
  const span = {
    name: spanId,
    kind: 0,
    spanContext: () => context(spanId),
    parentSpanContext: parentSpanId === undefined ? undefined : context(parentSpanId),
    startTime: [order, 0],
    duration: [0, 1e6],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    instrumentationScope: { name: 'test' },
  } as unknown as ReadableSpan;
  const made = new SpanRecord(span, order, false, undefined);
  made.end();
  return made;
}

const tree = (...records: SpanRecord[]): string[] =>
  traceLines(captureTrace(records)).map((line) => line.replace('  1 ms', ''));

describe('captureTrace()', () => {
  it('places spans below their parents in the order they started', () => {
    expect(
      tree(record('c', 'a', 3), record('a', undefined, 1), record('b', 'a', 2), record('d', 'b', 4)),
    ).to.deep.equal(['a', '├─ b', '│  └─ d', '└─ c']);
  });

  it('makes roots of spans whose parent was not captured', () => {
    expect(tree(record('a', 'unknown', 1), record('b', 'unknown', 2))).to.deep.equal(['a', 'b']);
  });

  it('cuts rings of parent ids, and a span that is its own parent', () => {
    expect(tree(record('a', 'c', 1), record('b', 'a', 2), record('c', 'b', 3))).to.deep.equal(['a', '└─ b', '   └─ c']);
    expect(tree(record('a', 'a', 1))).to.deep.equal(['a']);
  });

  it('keeps each of several spans with the same id', () => {
    const [a, b, c] = [record('a', undefined, 1), record('a', undefined, 2), record('a', 'a', 3)];

    expect(tree(a, b, c)).to.deep.equal(['a', 'a', 'a']);
    expect(tree(a, b, record('d', 'a', 3))).to.deep.equal(['a', 'a', '└─ d']);
  });

  it('sorts the root of a ring among the other roots', () => {
    expect(tree(record('a', 'b', 1), record('b', 'a', 2), record('c', undefined, 3))).to.deep.equal(['a', '└─ b', 'c']);
  });

  it('copies the readable members of a span', () => {
    const odd = record('a', undefined, 1);
    for (const member of ['name', 'status', 'links', 'startTime', 'parentSpanContext'])
      Object.defineProperty(odd.span, member, trap);
    Object.defineProperty(odd.span, 'events', { value: [revokedProxy()] });

    const [span] = captureTrace([odd]).spans;

    expect(span).to.deep.include({ name: '[unreadable]', spanId: 'a', status: 'unset', startTime: NaN });
    expect(span!.events[0]!.name).to.equal('[unreadable]');
  });

  it('handles a chain of 20,000 spans whose children started first', function () {
    this.timeout(60_000);
    const spans = Array.from({ length: 20_000 }, (_, depth) => {
      return record(String(depth), depth === 0 ? undefined : String(depth - 1), 20_000 - depth);
    });

    expect(captureTrace(spans).roots).to.have.length(1);
  });

  it('is as deep as the calls', () => {
    const records = Array.from({ length: 10_000 }, (_, depth) =>
      record(String(depth), depth === 0 ? undefined : String(depth - 1), depth),
    );

    const lines = tree(...records);

    expect(lines).to.have.length(41);
    expect(lines.at(-1)).to.equal('⋯ 9960 more');
  });
});
