import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import type { LiveClient } from '../http/served.js';
import { endConsoles, realConsole, type Answer, type RealConsole } from './real-console.js';

const NOW = (): number => Date.now();

/** A root with so many children, one after the other, ended in groups, so that the pipeline keeps up. */
async function traceOf({ service: { tracer } }: RealConsole, children: number): Promise<void> {
  const start = NOW() - 1_000;
  const root = tracer.startSpan('root', { startTime: start });
  const context = trace.setSpan(ROOT_CONTEXT, root);
  for (let at = 0; at < children; at++) {
    tracer.startSpan('child', { startTime: start + at / 100 }, context).end(start + (at + 1) / 100);
    if (at % 1_000 === 999) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  root.end(start + 1_000);
}

describe('Every arriving span', () => {
  afterEach(endConsoles);

  for (const children of [1, 1_100, 50_000]) {
    it(`is counted: a trace of ${children} children`, async function () {
      this.timeout(120_000);
      const console = await realConsole();

      await traceOf(console, children);
      await console.arrived(children + 1);
      const { coverage } = await console.get('stats');
      const { rows, late } = await console.get('stacks?window=1h');
      const traces = await console.get('traces?window=1h&limit=1000');

      expect(coverage).to.deep.include({ received: children + 1, retained: children + 1, evicted: 0 });
      expect(coverage.lost.total).to.equal(0);
      const calls = new Map<string, number>();
      for (const { name, calls: some } of rows as Answer[]) calls.set(name, (calls.get(name) ?? 0) + some);
      expect(Object.fromEntries(calls)).to.deep.equal({ root: 1, child: children });
      expect(late).to.equal(0);
      const shown = (traces.rows as Answer[]).reduce((sum, { spans }) => sum + spans, 0);
      expect(shown).to.equal(children + 1);
    });
  }

  it('is shown or counted as lost: more than the queue of the cache holds, ended in one turn of the event loop', async function () {
    this.timeout(120_000);
    const console = await realConsole();
    const { tracer } = console.service;

    for (let at = 0; at < 70_000; at++) tracer.startSpan('burst').end();
    await console.arrived(70_000);
    const { coverage } = await console.get('stats');

    expect(coverage.received + coverage.lost.total).to.equal(70_000);
    expect(coverage.lost.cache.queue_full).to.equal(70_000 - 65_536);
  });

  it('is still counted at the bound of the history, apart from the retained and lost spans', async () => {
    const console = await realConsole({ maxSpans: 50 });
    const { tracer } = console.service;
    const client: LiveClient = await console.live('view=traces');

    for (let round = 1; round <= 3; round++) {
      for (let at = 0; at < 100; at++) tracer.startSpan('work').end();
      await console.arrived(100 * round);
    }
    const { coverage } = await console.get('stats');
    const told = await client.frame(({ stats }) => stats.coverage.received === 300);

    expect(coverage).to.deep.include({ received: 300, retained: 50, evicted: 250 });
    expect(coverage.lost.total).to.equal(0);
    expect(told.stats.coverage).to.deep.include({ received: 300 });
    const counts = client.frames.map(({ stats }) => stats.coverage.received);
    expect(counts).to.deep.equal([...counts].sort((a, b) => a - b));
  });

  it('is reported in each frame: received, retained, lost by hop, skipped changes, and the delay of the loop', async () => {
    const console = await realConsole();
    const client = await console.live('view=traces');

    console.service.tracer.startSpan('work').end();
    await client.frame(({ stats }) => stats.coverage.retained === 1);

    for (const frame of client.frames) {
      expect(frame.stats.coverage).to.include.keys('received', 'retained', 'retainedSince', 'evicted', 'lost');
      expect(frame.stats.coverage.lost.total).to.equal(0);
      expect(frame.stats.loop).to.have.keys('delayMillis', 'blockedMillis');
      expect([frame.skipped, frame.seq, frame.now].every(Number.isFinite)).to.equal(true);
      expect(frame.epoch).to.match(/^[\w-]+$/);
    }
  });
});
