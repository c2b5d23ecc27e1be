import { expect } from 'chai';
import { SpanCache } from '../src/index.js';
import { EventCounters, SpanCounters } from '../src/cache/counters.js';
import { DocPage } from './doc-page.js';

const PAGE = new DocPage('docs/delivery.md');

describe('docs/delivery.md', () => {
  it('names every reason for which a span or an event is lost', () => {
    const ways = [
      ...Object.keys(new SpanCounters().dropped).map((reason) => ['spans.dropped', reason]),
      ...Object.keys(new EventCounters().dropped).map((reason) => ['events.dropped', reason]),
      ...['late', 'evicted', 'expired', 'shutdown'].map((reason) => ['events.orphaned', reason]),
    ] as [string, string][];
    const rows = PAGE.text.split('\n').filter((line) => line.startsWith('|'));

    for (const [fate, reason] of ways) {
      if (reason === 'duplicate') continue; // Nothing is lost.
      const named = rows.some((row) => row.includes(`\`${fate}.`) && row.includes(`.${reason}\``));
      expect(named, `${fate}.${reason}`).to.equal(true);
    }
  });

  it('names only counters that exist', () => {
    const { spans, events } = new SpanCache().stats() as unknown as Record<string, Record<string, object>>;
    const written = [...PAGE.text.matchAll(/`(spans|events)\.(dropped|orphaned)\.(\w+)`/g)];

    for (const [text, kind, fate, reason] of written) {
      expect((kind === 'spans' ? spans : events)![fate!], text).to.have.property(reason!);
    }
  });

  it('gives the number of spans that a flush() beyond the default capacity loses', () => {
    const cache = new SpanCache();
    const subscription = cache.subscribe();
    for (let i = 0; i < 5_000; i++) {
      cache.exporter.export([{ spanContext: () => ({ traceId: `${i}`, spanId: `${i}` }) } as never], () => {});
    }

    cache.flush();
    const { spans, dropped } = subscription.take()!;

    const sentences = PAGE.text.replaceAll(/\s+/g, ' ');
    expect(sentences).to.include(`give ${spans.length.toLocaleString('en')}, and \`dropped\` is ${dropped}`);
  });
});
