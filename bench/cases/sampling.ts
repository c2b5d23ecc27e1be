import { ROOT_CONTEXT } from '@opentelemetry/api';
import { AlwaysOffSampler, AlwaysOnSampler, BasicTracerProvider, type Sampler } from '@opentelemetry/sdk-trace-base';
import { SpanCache, type SpanCacheOptions } from '../../src/index.js';
import type { BenchCase } from '../case.js';
import { alternate, type Variant } from '../measure/alternate.js';
import { subscribeCounting } from './sdk.js';

const NOT_SAMPLED = new AlwaysOffSampler();
const SAMPLED = new AlwaysOnSampler();

export const sampling: BenchCase = {
  name: 'sampling',
  rows: [
    {
      id: 'sampling-off',
      what: 'unsampled span, `cache.sampler()` in the provider, live sampling off',
      against: 'the delegate alone',
      unit: 'ns',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'sampling-off-again',
      what: 'the same, after live sampling was on once',
      against: 'the delegate alone',
      unit: 'ns',
    },
    {
      id: 'sampling-on',
      what: 'unsampled span that live sampling records, delivered to one callback',
      against: 'a sampled span, delivered with live sampling off',
      unit: 'ns',
    },
    {
      id: 'sampling-scopes',
      what: 'the same, with patterns of scopes to leave out',
      against: 'a sampled span, delivered with live sampling off',
      unit: 'ns',
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const scopes = { exclude: ['@opentelemetry/instrumentation-fs', '@acme/*'] };
    const [alone, off, offAgain, sampled, on, onWithScopes] = await alternate(
      [
        spansBy('none', () => NOT_SAMPLED),
        spansBy('none', (cache) => cache.sampler(NOT_SAMPLED)),
        spansBy('none', (cache) => {
          cache.sampling.set({ enabled: true });
          cache.sampling.set({ enabled: false });
          return cache.sampler(NOT_SAMPLED);
        }),
        spansBy('all', (cache) => cache.sampler(SAMPLED)),
        spansBy('all', (cache) => cache.sampler(NOT_SAMPLED), { sampling: { enabled: true } }),
        spansBy('all', (cache) => cache.sampler(NOT_SAMPLED), { sampling: { enabled: true }, filter: { scopes } }),
      ],
      { count: 4_096, millis },
    );
    return {
      samples: {
        'sampling-off': { ours: off!, theirs: alone! },
        'sampling-off-again': { ours: offAgain!, theirs: alone! },
        'sampling-on': { ours: on!, theirs: sampled! },
        'sampling-scopes': { ours: onWithScopes!, theirs: sampled! },
      },
    };
  },
};

function spansBy(
  delivered: 'all' | 'none',
  samplerOf: (cache: SpanCache) => Sampler,
  options: SpanCacheOptions = {},
): Variant {
  const cache = new SpanCache(options);
  const arrived = subscribeCounting(cache);
  let made = 0;
  const provider = new BasicTracerProvider({ spanProcessors: [cache.spanProcessor], sampler: samplerOf(cache) });
  const tracer = provider.getTracer('bench');
  return {
    run(count) {
      for (let i = 0; i < count; i++) tracer.startSpan('span', {}, ROOT_CONTEXT).end();
      cache.flush();
      made += count;
      const expected = delivered === 'all' ? made : 0;
      if (arrived() !== expected) throw new Error(`${arrived()} spans arrived, not ${expected}`);
    },
  };
}
