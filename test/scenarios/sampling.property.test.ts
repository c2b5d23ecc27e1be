import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import type { SamplingOptions, SpanCache, SpanStore } from '../../src/index.js';
import { newCache } from '../caches.js';
import { checkUntil, runs } from '../property-runs.js';
import {
  batchSpanProcessor,
  InMemorySpanExporter,
  ParentBasedSampler,
  startSdk,
  TraceIdRatioBasedSampler,
  W3CTraceContextPropagator,
  type IdGenerator,
  type Sdk,
} from '../sdk.js';

const SERVICES = 3;

/** The next step. `of` selects a span started before. */
type Step =
  | { do: 'start'; service: number }
  | { do: 'child' | 'child by context' | 'end'; of: number }
  | { do: 'call'; of: number; service: number }
  | { do: 'change'; service: number; to: SamplingOptions };

const service = fc.nat({ max: SERVICES - 1 });
const of = fc.nat({ max: 40 });
const growth: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant('start' as const), service }),
  fc.record({ do: fc.constantFrom('child' as const, 'child by context' as const, 'end' as const), of }),
  fc.record({ do: fc.constantFrom('child' as const, 'end' as const), of }),
  fc.record({ do: fc.constant('call' as const), of, service }),
];
const change: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('change' as const),
  service,
  to: fc.record({ enabled: fc.boolean(), ratio: fc.constantFrom(0, 0.25, 0.5, 1) }),
});

const steps = (...more: fc.Arbitrary<Step>[]) => fc.array(fc.oneof(...growth, ...more), { maxLength: 80, size: 'max' });

const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });

interface Started {
  readonly service: number;
  readonly span: Span;
  /** In the same service. */
  readonly parent: Started | undefined;
  readonly recorded: boolean;
  readonly sampled: boolean;
  /** The settings of its service when it started. */
  readonly settings: { enabled: boolean; ratio: number };
  ended: boolean;
}

/** Several services in one process. They receive each other's contexts through `traceparent` only. */
class Services {
  readonly started: Started[] = [];
  readonly exporters: InMemorySpanExporter[] = [];
  readonly attached: InMemorySpanExporter[] = [];
  readonly #caches: SpanCache[] = [];
  readonly #stores: SpanStore[] = [];
  readonly #sdks: Sdk[] = [];
  readonly #propagator = new W3CTraceContextPropagator();

  /** With the sampler of the cache in front of that of the SDK, or without it. */
  constructor(seed: number, samplerOfCache: boolean, sampling: SamplingOptions = {}) {
    const idGenerator = idsFrom(seed);
    for (let i = 0; i < SERVICES; i++) {
      const cache = newCache({ sampling });
      const delegate = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.3) });
      const exporter = new InMemorySpanExporter();
      const attached = new InMemorySpanExporter();
      cache.addExporter(attached);
      this.#caches.push(cache);
      this.#stores.push(cache.store());
      this.exporters.push(exporter);
      this.attached.push(attached);
      this.#sdks.push(
        startSdk({
          spanProcessors: [batchSpanProcessor(exporter), cache.spanProcessor],
          sampler: samplerOfCache ? cache.sampler(delegate) : delegate,
          idGenerator,
        }),
      );
    }
  }

  take(step: Step): void {
    if (step.do === 'start') {
      this.#start(step.service, ROOT_CONTEXT);
    } else if (step.do === 'change') {
      this.#caches[step.service]!.sampling.set(step.to);
    } else {
      const chosen = this.started[step.of % this.started.length];
      if (chosen !== undefined) this.#goOn(chosen, step);
    }
  }

  /** Ends the open spans, and has everything exported. */
  async finish(): Promise<void> {
    for (const started of this.started) this.#end(started);
    await Promise.all(this.#sdks.map((sdk) => sdk.forceFlush()));
  }

  /** The ids of the spans that a service's cache has delivered. */
  delivered(index: number): string[] {
    return this.#stores[index]!.getFinishedSpans().map((span) => span.spanContext().spanId);
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#sdks.map((sdk) => sdk.shutdown()));
  }

  #goOn(chosen: Started, step: Exclude<Step, { do: 'start' | 'change' }>): void {
    const local = trace.setSpan(ROOT_CONTEXT, chosen.span);
    switch (step.do) {
      case 'child':
        this.#start(chosen.service, local, chosen);
        return;
      case 'child by context':
        this.#start(chosen.service, trace.setSpanContext(ROOT_CONTEXT, chosen.span.spanContext()), chosen);
        return;
      case 'call':
        this.#start(step.service, this.#received(local));
        return;
      case 'end':
        this.#end(chosen);
    }
  }

  /** The context that the other side extracts from the headers of a request. */
  #received(context: Context): Context {
    const headers = {};
    this.#propagator.inject(context, headers, defaultTextMapSetter);
    return this.#propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  }

  #start(service: number, context: Context, parent?: Started): void {
    const tracer: Tracer = this.#sdks[service]!.tracer;
    const { enabled, ratio } = this.#caches[service]!.sampling.settings;
    const span = tracer.startSpan('span', {}, context);
    this.started.push({
      service,
      span,
      parent,
      recorded: span.isRecording(),
      sampled: (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0,
      settings: { enabled, ratio },
      ended: false,
    });
  }

  #end(started: Started): void {
    if (!started.ended) started.span.end();
    started.ended = true;
  }
}

/** Ids as random as any, but the same again from the same seed. */
function idsFrom(seed: number): IdGenerator {
  let state = BigInt(seed);
  const digits = () => {
    // The generator splitmix64.
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let value = state;
    value = BigInt.asUintN(64, (value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n);
    value = BigInt.asUintN(64, (value ^ (value >> 27n)) * 0x94d049bb133111ebn);
    return (value ^ (value >> 31n)).toString(16).padStart(16, '0');
  };
  return { generateTraceId: () => digits() + digits(), generateSpanId: digits };
}

function traceIdOf({ span }: Started): string {
  return span.spanContext().traceId;
}

/** The rule of the specification, in exact numbers; the ratios here are exact in quarters. */
function isChosen({ enabled, ratio }: Started['settings'], traceId: string): boolean {
  const threshold = 2n ** 56n - (BigInt(ratio * 4) * 2n ** 56n) / 4n;
  return enabled && BigInt(`0x${traceId.slice(18)}`) >= threshold;
}

async function run(services: Services, taken: readonly Step[]): Promise<void> {
  for (const step of taken) services.take(step);
  await services.finish();
}

describe('Sampling, in several services', () => {
  it('records each trace completely or not at all at a ratio of a half', async () => {
    const kinds = new Set<string>();
    const check = () =>
      fc.assert(
        fc.asyncProperty(seed, steps(), async (from, taken) => {
          const services = new Services(from, true, { enabled: true, ratio: 0.5 });
          await run(services, taken);

          const delivered = new Set([0, 1, 2].flatMap((index) => services.delivered(index)));
          for (const traceId of new Set(services.started.map(traceIdOf))) {
            const spans = services.started.filter((started) => traceIdOf(started) === traceId);
            const seen = spans.filter(({ span }) => delivered.has(span.spanContext().spanId)).length;
            expect(seen, `of ${spans.length} spans`).to.be.oneOf([0, spans.length]);
            const kind = spans[0]!.sampled ? 'sampled' : seen > 0 ? 'recorded' : 'left out';
            kinds.add(new Set(spans.map((started) => started.service)).size > 1 ? `${kind}, several services` : kind);
          }
          await services.shutdown();
        }),
        { numRuns: runs(100) },
      );
    await checkUntil(() => kinds.size === 6, check);

    const all = ['sampled', 'recorded', 'left out'];
    expect([...kinds]).to.have.members([...all, ...all.map((kind) => `${kind}, several services`)]);
  }).timeout(60_000);

  it("records each service's part of a trace completely, whenever the settings change", async () => {
    const continued = { afterOff: 0, heldBack: 0 };
    const check = () =>
      fc.assert(
        fc.asyncProperty(seed, steps(change), async (from, taken) => {
          const services = new Services(from, true);
          await run(services, taken);

          for (const started of services.started) {
            const { parent, recorded, sampled, settings } = started;
            if (parent === undefined) {
              expect(recorded).to.equal(sampled || isChosen(settings, traceIdOf(started)));
            } else {
              expect(recorded).to.equal(parent.recorded);
              if (!sampled && recorded && !settings.enabled) continued.afterOff++;
              if (!recorded && isChosen(settings, traceIdOf(started))) continued.heldBack++;
            }
          }
          for (let index = 0; index < SERVICES; index++) {
            const recorded = services.started.filter((started) => started.service === index && started.recorded);
            expect(services.delivered(index)).to.have.members(recorded.map(({ span }) => span.spanContext().spanId));
          }
          await services.shutdown();
        }),
        { numRuns: runs(100) },
      );
    await checkUntil(() => continued.afterOff > 0 && continued.heldBack > 0, check);

    expect(continued.afterOff, 'spans that followed a parent after sampling was off').to.be.above(0);
    expect(continued.heldBack, 'spans that followed a parent not recorded').to.be.above(0);
  }).timeout(60_000);

  it('does not change which spans are sampled, propagated and exported', async () => {
    const exported = (exporters: readonly InMemorySpanExporter[]) =>
      exporters.map((exporter) => exporter.getFinishedSpans().map((span) => span.spanContext()));
    await fc.assert(
      fc.asyncProperty(seed, steps(change), async (from, taken) => {
        const plain = new Services(from, false);
        const sampling = new Services(from, true, { enabled: true });
        await run(plain, taken);
        await run(sampling, taken);

        const contexts = ({ started }: Services) => started.map(({ span }) => span.spanContext());
        expect(contexts(sampling)).to.deep.equal(contexts(plain));
        expect(exported(sampling.exporters)).to.deep.equal(exported(plain.exporters));
        expect(exported(sampling.attached)).to.deep.equal(exported(plain.attached));
        await plain.shutdown();
        await sampling.shutdown();
      }),
      { numRuns: runs(100) },
    );
  }).timeout(60_000);
});
