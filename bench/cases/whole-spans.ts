import { ROOT_CONTEXT } from '@opentelemetry/api';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Variant } from '../measure/alternate.js';
import { tracerOf, type Pipeline } from './sdk.js';

/** Spans that start and end in one turn of the event loop. */
const PER_TURN = 300;

/** Starts and ends spans in turns of the event loop, until all have arrived. */
export function wholeSpans({ spanProcessor, settle, check }: Pipeline): Variant {
  const tracer = tracerOf(spanProcessor);
  return {
    async run(count) {
      for (let i = 0; i < count; i += PER_TURN) {
        for (let j = 0; j < PER_TURN; j++) tracer.startSpan('span', {}, ROOT_CONTEXT).end();
        await nextTurn();
      }
      await settle();
      check();
    },
  };
}
