import { ROOT_CONTEXT } from '@opentelemetry/api';
import { SpanCache } from 'otel-span-cache';
import type { Measured } from '../../case.js';
import { alternate, type Variant } from '../../measure/alternate.js';
import { tracerOf } from '../sdk.js';
import { serve } from './served.js';

export async function measure(millis: number): Promise<Measured> {
  const served = new SpanCache();
  const console = await serve(served, { keep: 'watched' });
  const [ours, theirs] = await alternate([ending(served), ending(new SpanCache())], { count: 6_000, millis });
  const { watched, sent } = console.stats();
  if (watched || sent > 0) throw new Error('somebody watches the console');
  return { samples: { 'console-idle': { ours: ours!, theirs: theirs! } } };
}

function ending({ spanProcessor }: SpanCache): Variant {
  const tracer = tracerOf(spanProcessor);
  return {
    run(count) {
      for (let i = 0; i < count; i++) tracer.startSpan('span', {}, ROOT_CONTEXT).end();
    },
  };
}
