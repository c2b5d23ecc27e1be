import { ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { mapByHand } from './by-hand.js';
import { flatCase } from './flat-case.js';
import { cachePipeline, loggerOf, tracerOf } from './sdk.js';

/** Number of spans that end, each followed by a new one, between two flushes. Their events wait until the flush. */
const PER_FLUSH = 256;

export const liveParents = flatCase('live-parents', {
  what: 'span with a log event, while 1 to 1,000,000 open spans have waiting log events',
  plot: {
    title: 'Open spans with events',
    xLabel: 'open spans whose events wait',
    yLabel: 'ns per span with its event',
  },
  other: 'a `Map` by hand, without bounds',
  sizes: [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
  base: 100,
  processes: 1,
  // A million spans, each with an event.
  v8Flags: ['--max-old-space-size=8192'],
  count: () => 8_192,
  at(size, line) {
    const pipeline = line === 'cache' ? cachePipeline(1, { maxParkedSpans: size + PER_FLUSH }) : mapByHand();
    const tracer = tracerOf(pipeline.spanProcessor);
    const logger = loggerOf(pipeline.logRecordProcessor);
    const open: Span[] = [];

    const start = () => {
      const span = tracer.startSpan('span', {}, ROOT_CONTEXT);
      logger.emit({ body: 'event', context: trace.setSpan(ROOT_CONTEXT, span) });
      return span;
    };
    const settle = () => void pipeline.settle();

    while (open.length < size) {
      open.push(start());
      if (open.length % PER_FLUSH === 0) settle();
    }
    settle();
    let next = 0;
    return {
      run(count) {
        for (let i = 0; i < count; i++) {
          const place = next++ % size;
          open[place]!.end();
          open[place] = start();
          if (next % PER_FLUSH === 0) settle();
        }
        settle();
        pipeline.check(size);
      },
    };
  },
});
