import { ROOT_CONTEXT } from '@opentelemetry/api';
import { AlwaysOffSampler, AlwaysOnSampler, BasicTracerProvider, type Sampler } from '@opentelemetry/sdk-trace-base';
import { SpanCache, type RecordingOptions } from '../../src/index.js';
import type { BenchCase } from '../case.js';
import { alternate, type Variant } from '../measure/alternate.js';
import { subscribeCounting } from './sdk.js';

const NOT_SAMPLED = new AlwaysOffSampler();
const SAMPLED = new AlwaysOnSampler();

export const recording: BenchCase = {
  name: 'recording',
  rows: [
    {
      id: 'recording-off',
      what: 'span that is not sampled, `cache.sampler()` in the provider, recording off',
      against: 'the delegate alone',
      unit: 'ns',
      bar: { limit: 1, withinSpread: true },
    },
    {
      id: 'recording-off-again',
      what: 'the same, recording having been on before',
      against: 'the delegate alone',
      unit: 'ns',
    },
    {
      id: 'recording-on',
      what: 'span that is not sampled, recorded and delivered to one callback, recording on',
      against: 'a sampled one, delivered with recording off',
      unit: 'ns',
    },
    {
      id: 'recording-scopes',
      what: 'the same, with patterns of scopes to leave out',
      against: 'a sampled one, delivered with recording off',
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
          cache.recording.enabled = true;
          cache.recording.enabled = false;
          return cache.sampler(NOT_SAMPLED);
        }),
        spansBy('all', (cache) => cache.sampler(SAMPLED)),
        spansBy('all', (cache) => cache.sampler(NOT_SAMPLED), { enabled: true }),
        spansBy('all', (cache) => cache.sampler(NOT_SAMPLED), { enabled: true, scopes }),
      ],
      { count: 4_096, millis },
    );
    return {
      samples: {
        'recording-off': { ours: off!, theirs: alone! },
        'recording-off-again': { ours: offAgain!, theirs: alone! },
        'recording-on': { ours: on!, theirs: sampled! },
        'recording-scopes': { ours: onWithScopes!, theirs: sampled! },
      },
    };
  },
};

function spansBy(
  delivered: 'all' | 'none',
  samplerOf: (cache: SpanCache) => Sampler,
  options: RecordingOptions = {},
): Variant {
  const cache = new SpanCache({ recording: options });
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
