import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Variant } from '../measure/alternate.js';
import { loggerOf, tracerOf, type Pipeline } from './sdk.js';

/** Minimum number of log records emitted in one turn of the event loop. */
const PER_TURN = 256;

/**
 * Starts spans, emits log records in each, and ends them, in turns of the event loop, until all have arrived. Counts
 * log records, or spans if they have none.
 */
export function spansWithLogs(
  { spanProcessor, logRecordProcessor, settle, check }: Pipeline,
  logsPerSpan: number,
): Variant {
  const tracer = tracerOf(spanProcessor);
  const logger = loggerOf(logRecordProcessor);

  const oneSpan = () => {
    const span = tracer.startSpan('span', {}, ROOT_CONTEXT);
    const context = trace.setSpan(ROOT_CONTEXT, span);
    for (let i = 0; i < logsPerSpan; i++) {
      logger.emit({ severityText: 'INFO', body: 'stock reserved', attributes: { lines: 2 }, context });
    }
    span.end();
  };

  return {
    async run(count) {
      for (let done = 0, inTurn = 0; done < count; done += Math.max(logsPerSpan, 1)) {
        oneSpan();
        inTurn += Math.max(logsPerSpan, 1);
        if (inTurn < PER_TURN) continue;
        inTurn = 0;
        await nextTurn();
      }
      await settle();
      check();
    },
  };
}
