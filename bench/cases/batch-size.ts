import { ROOT_CONTEXT } from '@opentelemetry/api';
import { arrayByHand } from './by-hand.js';
import { flatCase } from './flat-case.js';
import { cachePipeline, tracerOf } from './sdk.js';

export const batchSize = flatCase('batch-size', {
  what: 'whole span, delivered in batches of 1 to 65,536',
  other: 'an array that keeps as many, by hand',
  plot: { title: 'Spans per flush', xLabel: 'spans that end between two flushes', yLabel: 'ns per span' },
  sizes: [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536],
  base: 256,
  processes: 3,
  count: (size) => Math.max(size, 4_096),
  at(size, line) {
    const { spanProcessor, settle, check } = line === 'cache' ? cachePipeline() : arrayByHand(1, size);
    const tracer = tracerOf(spanProcessor);
    return {
      run(count) {
        for (let i = 0; i < count; i += size) {
          for (let j = 0; j < size; j++) tracer.startSpan('span', {}, ROOT_CONTEXT).end();
          void settle();
        }
        check();
      },
    };
  },
});
