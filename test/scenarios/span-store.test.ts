import { inspect } from 'node:util';
import { createTraceState, ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import type { DeliveredSpan } from '../../src/index.js';
import { ConsoleSpanExporter, JsonTraceSerializer, ProtobufTraceSerializer } from '../sdk.js';
import { names, startService } from './service.js';

/** One span of each kind that a service makes; as they were delivered, and as a store gives them back. */
function variedSpans(): { delivered: DeliveredSpan[]; stored: DeliveredSpan[] } {
  const { cache, tracer, log } = startService({ lateEvents: 'amend' });
  const delivered: DeliveredSpan[] = [];
  cache.subscribe(({ spans }) => void delivered.push(...spans));
  const store = cache.store();
  const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED, isRemote: true };
  const traceState = createTraceState('vendor=1');

  const bare = tracer.startSpan('bare', {}, ROOT_CONTEXT);
  const links = [{ context: bare.spanContext() }];
  const child = tracer.startSpan('child', { links }, trace.setSpan(ROOT_CONTEXT, bare));
  const server = tracer.startSpan('server', { kind: 1 }, trace.setSpanContext(ROOT_CONTEXT, remote));
  const stateful = tracer.startSpan('stateful', {}, trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceState }));
  child.setAttributes({ text: 'a', whole: 1, fraction: 0.1, flag: false, list: ['a', 'b'] });
  server.setStatus({ code: SpanStatusCode.ERROR, message: 'broken' });
  server.recordException(new Error('broken'));
  log(child, 'a line');
  for (const span of [child, bare, server, stateful]) span.end();
  cache.flush();
  log(child, 'late');
  cache.flush();

  const amended = delivered.pop()!;
  return { delivered: [amended, ...delivered.slice(1)], stored: store.getFinishedSpans() };
}

describe('A span store', () => {
  it('is inspected as its size and the names of its first spans', () => {
    const { cache, tracer, start } = startService();
    const store = cache.store({ capacity: 100 });
    for (let job = 0; job < 7; job++) {
      const parent = start(`job ${job}`);
      tracer.startSpan('\u001b[2Jpart', {}, trace.setSpan(ROOT_CONTEXT, parent)).end();
      parent.end();
    }

    const shown = inspect(store);

    expect(shown).to.match(/^SpanStore \{\s+spans: 14,\s+capacity: 100,\s+maxBytes: 67108864,\s+traces: \[/);
    expect(shown).to.contain("[ 'job 0', '└─ \\x1B[2Jpart' ]").and.to.contain("'⋯ 2 more'");
    expect(inspect(store, { depth: 0 })).to.match(/^SpanStore \{/);
    expect(inspect([store], { depth: 0 })).to.equal('[ [SpanStore] ]');
    store.reset();
    start('alone').end();
    expect(JSON.parse(JSON.stringify(store))).to.deep.include({ spans: 1, traces: [['alone']] });
  });

  it('shows a span as soon as it has ended', () => {
    const { cache, start } = startService();
    const store = cache.store();

    start('job').end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['job']);
  });

  it('returns a new list', () => {
    const { cache, start } = startService();
    const store = cache.store();
    start('job').end();

    store.getFinishedSpans().length = 0;

    expect(store.getFinishedSpans()).to.have.length(1);
  });

  it('keeps the newest spans, oldest first, and counts the evicted ones', () => {
    const { cache, start } = startService();
    const store = cache.store({ capacity: 3 });

    for (const name of ['a', 'b', 'c', 'd', 'e']) start(name).end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['c', 'd', 'e']);
    expect(cache.stats().subscriptions[0]).to.include({ kind: 'store', delivered: 5, dropped: 2 });
  });

  it('keeps no more than maxBytes, and counts the spans evicted for it', () => {
    const { cache, start } = startService();
    const store = cache.store({ maxBytes: 100_000 });

    for (let i = 0; i < 10; i++) start(String(i)).setAttribute('body', 'x'.repeat(30_000)).end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['7', '8', '9']);
    expect(store.maxBytes).to.equal(100_000);
    const [stats] = cache.stats().subscriptions;
    expect(stats).to.include({ delivered: 10, dropped: 7, droppedByBytes: 7 });
    expect(stats!.queuedBytes).to.be.within(90_000, 100_000);
    store.reset();
    expect(cache.stats().subscriptions[0]).to.include({ dropped: 7, queuedBytes: 0 });
  });

  it('forgets on reset() exactly the spans that ended before', () => {
    const { cache, start } = startService();
    const store = cache.store({ capacity: 2 });
    for (const name of ['a', 'b', 'c']) start(name).end();

    store.reset();
    for (const name of ['d', 'e', 'f']) start(name).end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['e', 'f']);
  });

  it('survives shutdown()', async () => {
    const { cache, start, shutdown } = startService();
    const store = cache.store();
    start('job').end();

    await shutdown();

    expect(store.closed).to.equal(true);
    expect(names(store.getFinishedSpans())).to.deep.equal(['job']);
  });

  it('keeps its spans when closed', () => {
    const { cache, start } = startService();
    const store = cache.store();
    start('a').end();
    cache.flush();

    store.close();
    start('b').end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['a']);
  });

  it('groups its spans into trees', () => {
    const { cache, tracer } = startService();
    const store = cache.store();
    const root = tracer.startSpan('root', {}, ROOT_CONTEXT);
    const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, root));
    tracer.startSpan('grandchild', {}, trace.setSpan(ROOT_CONTEXT, child)).end();
    tracer.startSpan('other root', {}, ROOT_CONTEXT).end();
    const beforeParents = store.traces();
    child.end();
    root.end();

    const traces = store.traces();

    expect(beforeParents.map(({ roots }) => roots.map((node) => [node.span.name, node.parentMissing]))).to.deep.equal([
      [['grandchild', true]],
      [['other root', false]],
    ]);
    expect(traces.map(({ roots }) => names(roots.map(({ span }) => span)))).to.deep.equal([['root'], ['other root']]);
    expect(traces[0]!.roots[0]!.children[0]!.children[0]!.span.name).to.equal('grandchild');
  });

  it("returns spans that an exporter sends like the SDK's spans", () => {
    const { delivered, stored } = variedSpans();

    for (const { serializeRequest } of [JsonTraceSerializer, ProtobufTraceSerializer]) {
      const [own, original] = [stored, delivered].map((spans) => Buffer.from(serializeRequest(spans as never)!));
      expect(own!.equals(original!)).to.equal(true);
    }
  });

  it("returns spans that the console exporter prints like the SDK's spans", () => {
    const { delivered, stored } = variedSpans();
    const dir = sinon.stub(console, 'dir');

    for (const spans of [delivered, stored]) new ConsoleSpanExporter().export(spans as never, () => {});
    const printed = dir.args.map(([info]) => info as object);
    sinon.restore();

    expect(printed).to.have.length(8);
    expect(printed.slice(4)).to.deep.equal(printed.slice(0, 4));
  });

  it("returns objects of its own with all members of the SDK's spans", () => {
    const { delivered, stored } = variedSpans();

    for (const [i, span] of stored.entries()) {
      const original = delivered[i]!;
      expect(span).not.to.equal(original);
      expect(span.spanContext()).to.deep.equal(original.spanContext());
      expect(span.spanContext()).not.to.equal(original.spanContext());
      expect(span.parentSpanContext).to.deep.equal(original.parentSpanContext);
      if (original.parentSpanContext) expect(span.parentSpanContext).not.to.equal(original.parentSpanContext);
      expect(span.resource).to.equal(original.resource);
      expect(span.instrumentationScope).to.equal(original.instrumentationScope);
      for (const member of ['name', 'kind', 'startTime', 'endTime', 'duration', 'ended', 'status'] as const) {
        expect(span[member], member).to.deep.equal(original[member]);
      }
      for (const member of ['attributes', 'links', 'events', 'droppedEventsCount', 'revision'] as const) {
        expect(span[member] ?? 0, member).to.deep.equal(original[member] ?? 0);
      }
    }
    expect(inspect(stored[0])).to.equal(inspect(delivered[0]));
    expect(stored[0]!.revision).to.equal(1);
    expect(names(stored)).to.deep.equal(['child', 'bare', 'server', 'stateful']);
  });

  it('returns the same object when a span is read again', () => {
    const { cache, start } = startService();
    const store = cache.store();
    start('job').end();
    const [first] = store.getFinishedSpans();

    expect(store.getFinishedSpans()[0]).to.equal(first);
    expect(store.traces()[0]!.roots[0]!.span).to.equal(first);
  });

  it("keeps a span as it was at delivery, even if the SDK's object changes", () => {
    const { cache, start } = startService();
    const store = cache.store();
    const span = start('job');
    span.end();
    cache.flush();

    Object.assign(span, { name: 'other' });

    expect(names(store.getFinishedSpans())).to.deep.equal(['job']);
  });
});
