import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compileFunction } from 'node:vm';
import type { Variant } from '../measure/alternate.js';
import { medianOf } from '../measure/statistics.js';
import { endedSpans, type Pipeline } from './sdk.js';

/** Different spans that are handed over, again and again: each turn costs what looking at new ones costs. */
const SPANS = 16_384;

/** Made once they are needed, for all variants. */
let spans: ReadableSpan[] | undefined;

/** Spans that end in one turn of the event loop. */
const PER_TURN = 300;

/**
 * Hands over ended spans; only the time inside `onEnd` counts. They move on in between, untimed. That is too short
 * for CPU time: the median of the turns is what most of them took, undisturbed.
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
 * Turns until what has ended is moved on if it was not yet: 2,400 spans. Ready-made spans come a hundred times as
 * fast as any service can end them. Without that, a millisecond of waiting would be a backlog of ten thousands.
 */
const TURNS_PER_SETTLING = 8;

/** Hands over ended spans, turn by turn of the event loop, until all have arrived; everything counts. */
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
 * A function of its own for each pipeline: V8 compiles it for that one `onEnd`, as it does in a service, where the SDK
 * calls no other. Shared, it would spend more time on finding out which one to call.
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
