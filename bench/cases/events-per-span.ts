import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { flatCase } from './flat-case.js';
import { cachePipeline, loggerOf, NO_PIPELINE, tracerOf } from './sdk.js';

/** Spans and events of a round, about. */
const ITEMS = 4_096;

/** Spans that end, with their events, between two flushes. */
const SPANS_PER_FLUSH = 16;

export const eventsPerSpan = flatCase('events-per-span', {
  what: 'log event, 1 to 1,000 on a span, above a span without any',
  other: 'no-op processors: the SDK alone',
  plot: {
    title: 'Log events per span',
    xLabel: 'log events on each span',
    yLabel: 'ns per log event: the span, less one without events, by their number',
  },
  sizes: [1, 3, 10, 30, 100, 300, 1_000],
  base: 0,
  processes: 3,
  count: (size) => Math.ceil(ITEMS / (size + 1)),
  cost: (atSize, atBase, size) => (atSize - atBase) / size,
  at(size, line) {
    const pipeline = line === 'cache' ? cachePipeline(1, { maxEventsPerSpan: 1_000 }) : NO_PIPELINE;
    const tracer = tracerOf(pipeline.spanProcessor);
    const logger = loggerOf(pipeline.logRecordProcessor);
    return {
      run(spans) {
        for (let i = 1; i <= spans; i++) {
          const span = tracer.startSpan('span', {}, ROOT_CONTEXT);
          const context = trace.setSpan(ROOT_CONTEXT, span);
          for (let j = 0; j < size; j++) logger.emit({ body: 'event', context });
          span.end();
          if (i % SPANS_PER_FLUSH === 0) void pipeline.settle();
        }
        void pipeline.settle();
        pipeline.check();
      },
    };
  },
});
