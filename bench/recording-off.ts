/*
 * What does the cache's sampler cost while recording is off? A span that is not sampled, started and ended, and
 * one that is; with the delegate alone and behind `cache.sampler()`, where recording has never been on, and where
 * it has been.
 *
 *   npx tsx bench/recording-off.ts
 */
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  ParentBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';
import { SpanCache } from '../src/index.js';
import { alternate, report, type Variant } from './alternate.js';

/** Of each two spans, one is a root and one its child. */
function spans(name: string, root: Sampler, front: (cache: SpanCache, delegate: Sampler) => Sampler): Variant {
  const cache = new SpanCache();
  const delegate = new ParentBasedSampler({ root });
  const provider = new BasicTracerProvider({ spanProcessors: [cache.spanProcessor], sampler: front(cache, delegate) });
  const tracer = provider.getTracer('bench');
  return {
    name,
    run(count) {
      for (let i = 0; i < count; i += 2) {
        const parent = tracer.startSpan('parent', {}, ROOT_CONTEXT);
        tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent)).end();
        parent.end();
      }
    },
  };
}

function variants(root: Sampler): Variant[] {
  return [
    spans('the delegate alone', root, (_cache, delegate) => delegate),
    spans('recording never on', root, (cache, delegate) => cache.sampler(delegate)),
    spans('recording off again', root, (cache, delegate) => {
      cache.recording.enabled = true;
      cache.recording.enabled = false;
      return cache.sampler(delegate);
    }),
  ];
}

console.log('not sampled');
console.log(report(alternate(variants(new AlwaysOffSampler()), 200, 20_000)));
console.log('sampled');
console.log(report(alternate(variants(new AlwaysOnSampler()), 200, 10_000)));
