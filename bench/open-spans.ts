/*
 * What does it cost to know the open spans? A whole span, started, ended and delivered to a subscriber, with
 * `trackOpenSpans` off and on.
 *
 *   npx tsx bench/open-spans.ts
 */
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { SpanCache } from '../src/index.js';
import { alternate, report, type Variant } from './alternate.js';

function wholeSpans(name: string, trackOpenSpans: boolean): Variant {
  const cache = new SpanCache({ trackOpenSpans });
  cache.subscribe(() => {});
  const provider = new BasicTracerProvider({ spanProcessors: [cache.spanProcessor] });
  const tracer = provider.getTracer('bench');
  return {
    name,
    run(count) {
      for (let i = 0; i < count; i++) tracer.startSpan('span', {}, ROOT_CONTEXT).end();
      cache.flush();
    },
  };
}

console.log(report(alternate([wholeSpans('off', false), wholeSpans('on', true)], 60, 4_096)));
