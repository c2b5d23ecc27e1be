import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compileFunction } from 'node:vm';
import type { Variant } from '../measure/alternate.js';
import { medianOf } from '../measure/statistics.js';
import { endedSpans, type Pipeline } from './sdk.js';

/** Number of different spans passed in rotation, so that reading a span costs as much as reading a new one. */
const SPANS = 16_384;

/** Created lazily, and shared by all variants. */
let spans: ReadableSpan[] | undefined;

/** Spans that end in one turn of the event loop. */
const PER_TURN = 300;

/**
 * Passes ended spans to `onEnd` and measures only that call. Delivery takes place between the turns, untimed. A turn is
 * too short for CPU time, so the median of the elapsed times is used, which excludes most disturbances.
 */
export function onEndAlone({ spanProcessor, settle, check }: Pipeline): Variant {
  const handOver = handOverTo(spanProcessor);
  return {
    async run(count) {
      const turns: number[] = [];
      for (let i = 0; i < count; i += PER_TURN) {
        const start = process.hrtime.bigint();
        handOver();
        turns.push(Number(process.hrtime.bigint() - start));
        await settle();
      }
      check();
      return medianOf(turns) * turns.length;
    },
  };
}

/**
 * Number of turns, or 2,400 spans, after which all spans must be delivered. Ready-made spans arrive a hundred times as
 * fast as in any service, so a delay of a millisecond would otherwise cause a backlog of tens of thousands.
 */
const TURNS_PER_SETTLING = 8;

/** Passes ended spans to `onEnd` in turns of the event loop, until all are delivered. Measures all of it. */
export function onEndAndDelivery({ spanProcessor, settle, check }: Pipeline): Variant {
  const handOver = handOverTo(spanProcessor);
  return {
    async run(count) {
      for (let turn = 1; turn <= count / PER_TURN; turn++) {
        handOver();
        await nextTurn();
        if (turn % TURNS_PER_SETTLING === 0) await settle();
      }
      await settle();
      check();
    },
  };
}

/**
 * A separate function for each pipeline, so that the call of `onEnd` is monomorphic, as it is in the SDK in a service.
 * A shared function would make a slower, megamorphic call.
 */
function handOverTo(spanProcessor: Pipeline['spanProcessor']): () => void {
  spans ??= endedSpans(SPANS);
  const ready = spans;
  const handOver = compileFunction('for (let i = from; i < to; i++) spanProcessor.onEnd(spans[i]);', [
    'spanProcessor',
    'spans',
    'from',
    'to',
  ]) as (...args: [Pipeline['spanProcessor'], readonly ReadableSpan[], number, number]) => void;
  let next = 0;
  return () => {
    handOver(spanProcessor, ready, next, next + PER_TURN);
    next += PER_TURN;
    if (next + PER_TURN > SPANS) next = 0;
  };
}
