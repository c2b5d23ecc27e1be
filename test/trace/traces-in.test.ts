import { expect } from 'chai';
import type { OrphanEvent } from '../../src/model/log-event.js';
import type { ReadableSpan } from '../../src/model/otel.js';
import type { CapturedNode } from '../../src/trace/captured-span.js';
import { toCapturedSpan } from '../../src/trace/to-captured-span.js';
import { buildTraces } from '../../src/trace/trace.js';
import {
  adviceOn,
  capturedRootsOf,
  deliveredLogsIn,
  requireTraces,
  spanTraceOf,
  tracesIn,
  type AnyNode,
} from '../../src/trace/traces-in.js';
import { nodesOf } from '../../src/trace/walk.js';
import { revokedProxy } from '../hostile-values.js';
import { traceOf, traceWithId } from '../testing/captured-spans.js';

interface Told {
  id: string;
  parent?: string;
  ended?: boolean;
  events?: object[];
}

function span({ id, parent, ended = true, events = [] }: Told): ReadableSpan {
  const context = (spanId: string) => ({ traceId: 't', spanId, traceFlags: 1 });
  return {
    name: id,
    kind: 0,
    spanContext: () => context(id),
    ...(parent !== undefined && { parentSpanContext: context(parent) }),
    startTime: [0, 0],
    endTime: [0, 1e6],
    duration: [0, 1e6],
    status: { code: 0 },
    ended,
    attributes: {},
    events,
    links: [],
    instrumentationScope: { name: 'test' },
  } as unknown as ReadableSpan;
}

function logAt(name: string, seconds: number): object {
  const [time, attributes] = [[seconds, 0], {}];
  return { name, time, attributes, observedTime: time, body: name, instrumentationScope: { name: 'test' } };
}

const root = span({ id: 'root' });
const child = span({ id: 'child', parent: 'root' });

function shape(nodes: readonly AnyNode[]): string {
  return nodes
    .map((node) => {
      const { name } = 'span' in node ? node.span : node;
      return node.children.length === 0 ? name : `${name}(${shape(node.children)})`;
    })
    .join(' ');
}

/** The trees of a value, `undefined` for a value without spans. */
function shapes(given: unknown): string[] | undefined {
  return tracesIn(given)?.map(({ roots }) => shape(roots));
}

describe('tracesIn()', () => {
  it('keeps the trees of a trace, of a list of traces and of a scope', () => {
    const [built] = buildTraces([root, child]);
    // Other spans than in the tree, so that a new tree would differ.
    const trace = { ...built!, spans: [root] };

    for (const given of [trace, [trace], { spans: [root], traces: [trace], openSpans: [] }]) {
      const [first] = tracesIn(given)!;
      expect(first!.roots).to.equal(trace.roots);
    }
  });

  it('reads a store, a batch, a span and a list of spans', () => {
    const store = { getFinishedSpans: () => [root, child] };
    const batch = { spans: [root, child], orphans: [], dropped: 0 };

    expect(shapes(store)).to.deep.equal(['root(child)']);
    expect(shapes(batch)).to.deep.equal(['root(child)']);
    expect(shapes([root, child])).to.deep.equal(['root(child)']);
    expect(shapes(child)).to.deep.equal(['child']);
    expect(shapes([])).to.deep.equal([]);
  });

  it('reads a batch all of whose spans are unreadable', () => {
    const traces = tracesIn({ spans: [revokedProxy()], orphans: [], dropped: 0 });

    expect(traces!.map(({ traceId }) => traceId)).to.deep.equal(['[unreadable]']);
  });

  it('reads spans that have a trace id beside them', () => {
    expect(shapes({ traceId: 't', spans: [root, child] })).to.deep.equal(['root(child)']);
  });

  it('adds the open spans of a scope that are in none of its traces', () => {
    const trace = traceOf({ name: 'order', children: [{ name: 'charge', ended: false }] });
    const [other] = traceWithId('other', { name: 'job', ended: false }).spans;
    const [order, charge] = trace.spans;

    expect(shapes({ spans: [order], traces: [trace], openSpans: [charge, other] })).to.deep.equal([
      'order(charge)',
      'job',
    ]);
    expect(shapes({ spans: [order], openSpans: [charge, other] })).to.deep.equal(['order(charge)', 'job']);
    expect(shapes({ spans: [order], traces: [trace], openSpans: [charge] })).to.deep.equal(['order(charge)']);
    expect(shapes({ spans: [order], traces: [trace], openSpans: [{}] })).to.deep.equal(['order(charge)']);
  });

  it('takes the nodes of a list that are below others only once', () => {
    const { roots } = traceOf({ name: 'order', children: [{ name: 'charge', children: ['retry'] }] }, 'job');
    const nodes = nodesOf(roots);

    expect(shapes(nodes)).to.deep.equal(['order(charge(retry)) job']);
    expect(shapes(nodes.toReversed())).to.deep.equal(['job order(charge(retry))']);
    expect(tracesIn(nodes)![0]!.spans).to.deep.equal(nodes);
  });

  it('joins nodes and spans in one list to new trees', () => {
    const { roots } = traceOf({ name: 'order', children: ['charge'] });
    const [order] = roots;
    const [charge] = order!.children.map(({ children: _, ...rest }) => rest);

    expect(shapes([order, charge])).to.deep.equal(['order(charge)']);
  });

  it('is undefined for any other value', () => {
    const captured = toCapturedSpan(root);
    const others: unknown[] = [
      undefined,
      5,
      {},
      [5],
      { spans: 5 },
      { spans: [root], openSpans: 5 },
      { spans: [root], traces: 5 },
      { spans: [root], traces: [5] },
      { traceId: 't', roots: [] },
      { traceId: 5, roots: [{}], spans: [5] },
      // The span of a sampler that decided not to record it.
      { spanContext: () => ({ traceId: 't', spanId: 's' }) },
      { startTime: [0, 0] },
      { ...captured, events: undefined },
      { ...captured, links: undefined },
    ];

    for (const other of others) expect(tracesIn(other), JSON.stringify(other)).to.equal(undefined);
  });
});

describe('requireTraces()', () => {
  it('throws for a value without spans', () => {
    expect(requireTraces('spans', [root])).to.have.length(1);
    expect(() => requireTraces('spans', 5)).to.throw(
      TypeError,
      /^spans must be a scope, a run, a store, .*, got 5 \(number\)$/,
    );
  });

  it('gives advice on values that lead to spans only', () => {
    expect(adviceOn(Promise.resolve())).to.equal(': await it first');
    expect(adviceOn({ store: () => {} })).to.include('create a store');
    expect(adviceOn({ store: 5 })).to.equal('');
    expect(adviceOn(5)).to.equal('');
  });
});

describe('A trace in the other form', () => {
  it('has copies of recorded spans, open or ended', () => {
    const [trace] = tracesIn([root, span({ id: 'open', parent: 'root', ended: false })])!;

    const copies = nodesOf(capturedRootsOf(trace!));

    expect(copies.map(({ name, ended }) => [name, ended])).to.deep.equal([
      ['root', true],
      ['open', false],
    ]);
  });

  it('has the copies of a captured trace as they are', () => {
    const trace = traceOf('order');

    expect(capturedRootsOf(trace)).to.equal(trace.roots);
    expect(spanTraceOf(trace).roots[0]!.span).to.equal(trace.roots[0]);
  });

  it('is complete unless the parent of a span in this process is missing', () => {
    const completeness = (...roots: Parameters<typeof traceOf>): unknown[] => {
      const { complete, roots: nodes } = spanTraceOf(traceOf(...roots));
      return [complete, nodes.map(({ parentMissing }) => parentMissing)];
    };

    expect(completeness({ name: 'order', children: ['charge'] })).to.deep.equal([true, [false]]);
    expect(completeness({ name: 'order', parentSpanId: 'gone', parentIsRemote: true })).to.deep.equal([true, [false]]);
    expect(completeness('order', { name: 'charge', parentSpanId: 'gone' })).to.deep.equal([false, [false, true]]);
  });

  it('is the same if it is delivered already', () => {
    const [trace] = buildTraces([root, child]);

    expect(spanTraceOf(trace!)).to.equal(trace);
  });
});

describe('deliveredLogsIn()', () => {
  const early = span({ id: 'early', events: [logAt('third', 3), { name: 'retry', time: [1, 0], attributes: {} }] });
  const late = span({ id: 'late', events: [logAt('second', 2)] });

  it('returns the log records of spans and batches by time, without other events', () => {
    const orphan = { ...logAt('first', 1), spanContext: undefined, reason: 'no_span' } as unknown as OrphanEvent;
    const names = (given: unknown) => deliveredLogsIn(given)?.map(({ body, spanId }) => [body, spanId]);

    expect(names([early, late])).to.deep.equal([
      ['second', 'late'],
      ['third', 'early'],
    ]);
    expect(names({ spans: [early, late], orphans: [orphan], dropped: 0 })).to.deep.equal([
      ['first', undefined],
      ['second', 'late'],
      ['third', 'early'],
    ]);
  });

  it('is undefined for captured spans, which have their logs beside them', () => {
    const captured = toCapturedSpan(late);
    const nodes: readonly CapturedNode[] = traceOf('order').roots;

    for (const given of [[captured], [early, captured], nodes, 5]) expect(deliveredLogsIn(given)).to.equal(undefined);
  });
});
