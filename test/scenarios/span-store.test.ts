import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { names, startService } from './service.js';

describe('A span store', () => {
  it('shows a span as soon as it has ended', () => {
    const { cache, start } = startService();
    const store = cache.store();

    start('job').end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['job']);
  });

  it('returns a list of its own', () => {
    const { cache, start } = startService();
    const store = cache.store();
    start('job').end();

    store.getFinishedSpans().length = 0;

    expect(store.getFinishedSpans()).to.have.length(1);
  });

  it('keeps the newest spans, oldest first, and counts those that gave way', () => {
    const { cache, start } = startService();
    const store = cache.store({ capacity: 3 });

    for (const name of ['a', 'b', 'c', 'd', 'e']) start(name).end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['c', 'd', 'e']);
    expect(cache.stats().subscriptions[0]).to.include({ kind: 'store', delivered: 5, dropped: 2 });
  });

  it('forgets on reset() what ended before, and only that', () => {
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

    expect(names(store.getFinishedSpans())).to.deep.equal(['job']);
  });

  it('keeps what it has when closed', () => {
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
});
