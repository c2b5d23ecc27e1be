import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { flatCase } from './flat-case.js';
import { cachePipeline, loggerOf, NO_PIPELINE, tracerOf } from './sdk.js';

/** Approximate number of spans and events in a round. */
const ITEMS = 4_096;

/** Spans and events between two flushes; at least one span with its events. */
const ITEMS_PER_FLUSH = 256;

export const eventsPerSpan = flatCase('events-per-span', {
  what: 'span or log event, 0 to 1,000 log events on each span',
  other: 'no-op processors: the SDK alone',
  plot: {
    title: 'Log events per span',
    xLabel: 'a span and its log events: how many together',
    yLabel: 'ns per span or log event',
  },
  sizes: [0, 1, 3, 10, 30, 100, 300, 1_000],
  base: 0,
  processes: 3,
  count: (size) => Math.ceil(ITEMS / (size + 1)),
  items: (size) => size + 1,
  at(size, line) {
    const pipeline = line === 'cache' ? cachePipeline(1, { maxEventsPerSpan: 1_000 }) : NO_PIPELINE;
    const tracer = tracerOf(pipeline.spanProcessor);
    const logger = loggerOf(pipeline.logRecordProcessor);
    const spansPerFlush = Math.ceil(ITEMS_PER_FLUSH / (size + 1));
    return {
      run(spans) {
        for (let i = 1; i <= spans; i++) {
          const span = tracer.startSpan('span', {}, ROOT_CONTEXT);
          const context = trace.setSpan(ROOT_CONTEXT, span);
          for (let j = 0; j < size; j++) logger.emit({ body: 'event', context });
          span.end();
          if (i % spansPerFlush === 0) void pipeline.settle();
        }
        void pipeline.settle();
        pipeline.check();
      },
    };
  },
});
