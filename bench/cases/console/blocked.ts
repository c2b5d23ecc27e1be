import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { SpanCache } from 'otel-span-cache';
import type { Measured } from '../../case.js';
import { tracerOf } from '../sdk.js';
import { againstAim } from './aim.js';
import { order } from './orders.js';
import { serve } from './served.js';

const ANSWER_AIM_MILLIS = 50;
const TOLD_AIM_MILLIS = 500;
const BLOCKED_MILLIS = 3_000;
const MIN_ROUNDS = 2;

/** An answer, as the asking thread got it. Times are in milliseconds since the Unix epoch. */
interface Answer {
  readonly at: number;
  readonly end: number;
  readonly took: number;
  readonly isBlocked: boolean;
}

export async function measure(millis: number): Promise<Measured> {
  const cache = new SpanCache({ trackOpenSpans: true });
  const tracer = tracerOf(cache.spanProcessor);
  const { url, token } = await serve(cache);
  for (let number = 0; number < 2_000; number++) order(tracer, number);
  const asker = new Worker(new URL('programs/asker.js', import.meta.url), { workerData: { url, token } });
  let answers: Answer[] = [];
  asker.on('message', (answer: Answer) => answers.push(answer));
  await delay(3_000);
  const slowest: number[] = [];
  const told: number[] = [];
  const rounds = Math.max(MIN_ROUNDS, Math.round(millis / BLOCKED_MILLIS));
  for (let round = 0; round < rounds; round++) {
    answers = [];
    const start = performance.timeOrigin + performance.now();
    block();
    const end = performance.timeOrigin + performance.now();
    await delay(1_000);
    const during = answers.filter((answer) => answer.at >= start && answer.end <= end);
    slowest.push(highOf(during.map(({ took }) => took)));
    told.push((during.find(({ isBlocked }) => isBlocked)?.end ?? Infinity) - start);
  }
  await asker.terminate();
  return {
    samples: {
      'console-blocked-answer': againstAim(slowest, ANSWER_AIM_MILLIS),
      'console-blocked-told': againstAim(told, TOLD_AIM_MILLIS),
    },
  };
}

function block(): void {
  const end = performance.now() + BLOCKED_MILLIS;
  while (performance.now() < end);
}

/** The 95th percentile. NaN, which fails the case, if there are no values. */
function highOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? NaN;
}
