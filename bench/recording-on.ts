/*
 * What does it cost to have spans recorded that nobody samples? A span that the delegate leaves out, started,
 * ended and delivered to a subscriber: with recording off, on, and on with an end and with scopes to leave out. And
 * a sampled span, with and without scopes to leave out.
 *
 *   npx tsx bench/recording-on.ts
 */
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { AlwaysOffSampler, AlwaysOnSampler, BasicTracerProvider, type Sampler } from '@opentelemetry/sdk-trace-base';
import { SpanCache, type RecordingOptions } from '../src/index.js';
import { alternate, report, type Variant } from './alternate.js';

function spans(name: string, delegate: Sampler, recording: RecordingOptions): Variant {
  const cache = new SpanCache({ recording });
  cache.subscribe(() => {});
  const provider = new BasicTracerProvider({ spanProcessors: [cache.spanProcessor], sampler: cache.sampler(delegate) });
  const tracer = provider.getTracer('bench');
  return {
    name,
    run(count) {
      for (let i = 0; i < count; i++) tracer.startSpan('span', {}, ROOT_CONTEXT).end();
      cache.flush();
    },
  };
}

const scopes = { exclude: ['@opentelemetry/instrumentation-fs', '@acme/*'] };

console.log('not sampled');
const off = new AlwaysOffSampler();
console.log(
  report(
    alternate(
      [
        spans('off', off, {}),
        spans('on', off, { enabled: true }),
        spans('on, with an end', off, { enabled: true, forMillis: 1e9 }),
        spans('on, with scopes left out', off, { enabled: true, scopes }),
      ],
      60,
      4_096,
    ),
  ),
);
console.log('sampled');
const on = new AlwaysOnSampler();
console.log(
  report(alternate([spans('off', on, {}), spans('on, with scopes left out', on, { enabled: true, scopes })], 60, 4_096)),
);
