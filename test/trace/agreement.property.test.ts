import { expect } from 'chai';
import fc from 'fast-check';
import { formatTrace } from '../../src/format/format-trace.js';
import type { ReadableSpan } from '../../src/model/otel.js';
import { captureTrace, groupByTrace } from '../../src/testing/capture/captured-traces.js';
import { SpanRecord } from '../../src/testing/capture/span-record.js';
import type { CapturedNode } from '../../src/trace/captured-span.js';
import { inOrderOfStart } from '../../src/testing/remote/arrived-spans.js';
import { treesOf, type Spans } from '../../src/testing/snapshot/source.js';
import { traceTree } from '../../src/testing/snapshot/index.js';
import { toCapturedSpan } from '../../src/trace/to-captured-span.js';
import { buildTraces, type SpanNode, type Trace } from '../../src/trace/trace.js';
import { WholeTraces } from '../../src/trace/whole-traces.js';

/*
 * Spans whose ids are made up, so that there are rings, spans that are their own parents, missing parents, and ids that
 * several spans have, in one trace and in several. Whoever puts them into trees must get the same trees.
 */

interface Made {
  readonly trace: number;
  readonly id: number;
  readonly parent: number | undefined;
  readonly isRemote: boolean;
  readonly startMillis: number;
}

const made = fc.array(
  fc.record<Made>({
    trace: fc.nat(1),
    id: fc.nat(5),
    parent: fc.option(fc.nat(7), { nil: undefined }),
    isRemote: fc.boolean(),
    startMillis: fc.nat(3),
  }),
  { maxLength: 14 },
);

function spanOf({ trace, id, parent, isRemote, startMillis }: Made, index: number): ReadableSpan {
  const context = (spanId: number) => ({ traceId: `t${trace}`, spanId: `${spanId}`, traceFlags: 1, isRemote });
  return {
    name: `s${index}`,
    kind: 0,
    spanContext: () => context(id),
    ...(parent !== undefined && { parentSpanContext: context(parent) }),
    startTime: [1_700_000_000, startMillis * 1e6],
    endTime: [1_700_000_000, 9e6],
    duration: [0, (9 - startMillis) * 1e6],
    status: { code: 0 },
    ended: true,
    attributes: {},
    events: [],
    links: [],
    instrumentationScope: { name: 'test' },
  } as unknown as ReadableSpan;
}

/** `parent(child child(grandchild))`. */
function shape(nodes: readonly (SpanNode | CapturedNode)[]): string {
  return nodes
    .map((node) => {
      const { name } = 'span' in node ? node.span : node;
      return node.children.length === 0 ? name : `${name}(${shape(node.children)})`;
    })
    .join(' ');
}

/** Trees by their first spans: some list traces as they come, others as they start. */
function shapes(trees: readonly (readonly (SpanNode | CapturedNode)[])[]): string[] {
  return trees.map(shape).sort();
}

function recordsOf(spans: readonly ReadableSpan[]): SpanRecord[] {
  return spans.map((span, index) => {
    const record = new SpanRecord(span, index, false, undefined);
    record.end();
    return record;
  });
}

/** As `subscribeToTraces()` delivers them, once nothing more is to come. */
function wholeTraces(spans: readonly ReadableSpan[]): Trace[] {
  const options = { settleMillis: 100, timeoutMillis: 5_000, maxSpans: 100, maxBytes: 2 ** 20 };
  const whole = new WholeTraces(options, { onDue: () => {}, isOpen: () => false });
  whole.add(spans);
  whole.settle();
  const traces: Trace[] = [];
  for (let trace = whole.next(); trace !== undefined; trace = whole.next()) traces.push(trace);
  return traces;
}

describe('Trees of the same spans', () => {
  const check = (property: (spans: readonly ReadableSpan[]) => void): void => {
    fc.assert(
      fc.property(made, (all) => property(all.map(spanOf))),
      { numRuns: 300 },
    );
  };

  it('are the same from every builder', () => {
    check((spans) => {
      const traces = buildTraces(spans);
      const captured = spans.map((span) => toCapturedSpan(span));
      const started = spans.toSorted((a, b) => a.startTime[1] - b.startTime[1]);
      const scope = groupByTrace(recordsOf(started)).map(captureTrace);
      const expected = shapes(traces.map(({ roots }) => roots));
      const sources: Record<string, Spans> = {
        traces,
        spans,
        store: { getFinishedSpans: () => spans },
        batch: { spans, orphans: [], dropped: 0 },
        captured,
        scope: { spans: captured, traces: scope },
        'scope without traces': { spans: captured.slice(0, 3), openSpans: captured.slice(3) },
        nodes: treesOf(spans).flat(),
        'whole traces': wholeTraces(spans),
      };

      for (const [name, source] of Object.entries(sources))
        expect(shapes(treesOf(source)), name).to.deep.equal(expected);
    });
  });

  it('hold every span once', () => {
    check((spans) => {
      const names = (text: string): string[] => (text.match(/\bs\d+/g) ?? []).sort();

      expect(names(shapes(treesOf(spans)).join())).to.deep.equal(spans.map(({ name }) => name).sort());
    });
  });

  it('are drawn the same from any form', () => {
    check((spans) => {
      const captured = spans.map((span) => toCapturedSpan(span));
      const texts = [
        formatTrace(spans),
        formatTrace(captured),
        formatTrace(buildTraces(spans)),
        formatTrace(treesOf(spans).flat()),
      ];

      expect(new Set(texts).size).to.equal(1);
      expect(traceTree(captured)).to.equal(traceTree(spans));
    });
  });

  it('are the same for spans of other processes: a parent precedes spans that started with it', () => {
    check((spans) => {
      const order = inOrderOfStart(recordsOf(spans)).map((span) => span.captured());
      const place = (name: string): number => order.findIndex((span) => span.name === name);
      const below = (nodes: readonly CapturedNode[]): void => {
        for (const node of nodes) {
          for (const child of node.children) {
            if (child.startTime === node.startTime) expect(place(child.name)).to.be.above(place(node.name));
          }
          below(node.children);
        }
      };

      treesOf(spans).forEach(below);
    });
  });
});
