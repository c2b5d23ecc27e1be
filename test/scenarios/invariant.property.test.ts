import { ROOT_CONTEXT, trace, TraceFlags, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import type { DeliveredSpan, ReadableLogRecord, ReadableSpan, SpanCacheOptions, Subscription, SubscriptionHandle } from '../../src/index.js';
import { SamplingDecision } from '../sdk.js';
import { startService, total, type Service } from './service.js';

type Step =
  | { do: 'start' | 'end' | 'end twice' | 'log' | 'log twice'; span: number }
  | { do: 'log outside' | 'log remote' | 'flush' | 'turn' | 'garbage' | 'break' }
  | { do: 'wait'; millis: number }
  | { do: 'subscribe' | 'take' | 'close'; subscription: number; orphans: boolean; capacity: number };

const span = fc.nat({ max: 9 });
const subscription = fc.nat({ max: 2 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom('start', 'end', 'log', 'log', 'end twice', 'log twice'),
        span,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('wait'), millis: fc.integer({ min: 1, max: 40 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('log outside', 'log remote', 'flush', 'flush', 'turn', 'garbage', 'break'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('subscribe', 'subscribe', 'take', 'close'),
        subscription,
        orphans: fc.boolean(),
        capacity: fc.integer({ min: 1, max: 5 }),
      }),
    },
  ) as fc.Arbitrary<Step>,
  { maxLength: 150, size: 'max' },
);

const options: fc.Arbitrary<SpanCacheOptions> = fc.record({
  queueCapacity: fc.integer({ min: 1, max: 12 }),
  maxParkedSpans: fc.integer({ min: 1, max: 4 }),
  maxEventsPerSpan: fc.integer({ min: 1, max: 4 }),
  maxParkedMillis: fc.constantFrom(1, 20, Infinity),
  lateEvents: fc.constantFrom<SpanCacheOptions['lateEvents'] & {}>('drop', 'orphan', 'amend', { holdMillis: 1 }, { holdMillis: 30 }),
  trackOpenSpans: fc.boolean(),
  logRecords: fc.constantFrom<SpanCacheOptions['logRecords'] & {}>(
    'all',
    ({ body }) => typeof body === 'string' && !body.endsWith('7'),
  ),
  unsampledSpans: fc.boolean(),
});

/** Every third span is recorded only, every seventh not even that. */
const sampler = {
  shouldSample(_context: unknown, _traceId: string, name: string) {
    const number = Number(name);
    if (number % 7 === 6) return { decision: SamplingDecision.NOT_RECORD };
    if (number % 3 === 2) return { decision: SamplingDecision.RECORD };
    return { decision: SamplingDecision.RECORD_AND_SAMPLED };
  },
  toString: () => 'by number',
};

const realSetTimeout = setTimeout;

const REMOTE = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED, isRemote: true };

/** A service that takes steps at random, and what it must have counted by then. */
class Run {
  readonly #service: Service;
  readonly #spans: (Span | undefined)[] = [];
  readonly #subscriptions: (Subscription | undefined)[] = [];
  readonly #witnessed: DeliveredSpan[] = [];
  readonly #orphans: string[] = [];
  readonly #witness: SubscriptionHandle | undefined;
  #started = 0;
  #emitted = 0;
  #endedRecorded = 0;
  #broken = false;
  readonly #clock: sinon.SinonFakeTimers;

  constructor(options: SpanCacheOptions, witnessed: boolean, clock: sinon.SinonFakeTimers) {
    this.#clock = clock;
    this.#service = startService(options, { sampler });
    this.#service.cache.subscribe(() => {
      if (this.#broken) throw new Error('broken');
    });
    if (!witnessed) return;
    this.#witness = this.#service.cache.subscribe(
      ({ spans, orphans }) => {
        this.#witnessed.push(...spans);
        this.#orphans.push(...orphans.map(({ name }) => name));
      },
      { orphans: true },
    );
  }

  async take(step: Step): Promise<void> {
    const { cache, logger } = this.#service;
    switch (step.do) {
      case 'start':
        this.#spans[step.span] = this.#service.start(String(this.#started++));
        return;
      case 'end':
      case 'end twice':
        this.#end(step.span, step.do === 'end twice');
        return;
      case 'log':
      case 'log twice':
        this.#log(this.#spans[step.span], step.do === 'log twice');
        return;
      case 'wait':
        this.#clock.tick(step.millis);
        return;
      case 'break':
        this.#broken = !this.#broken;
        return;
      case 'log outside':
        logger.emit({ body: `none ${this.#emit()}`, context: ROOT_CONTEXT });
        return;
      case 'log remote':
        logger.emit({ body: `remote ${this.#emit()}`, context: trace.setSpanContext(ROOT_CONTEXT, REMOTE) });
        return;
      case 'flush':
        cache.flush();
        return;
      case 'turn':
        await new Promise((resolve) => realSetTimeout(resolve, 2));
        return;
      case 'garbage':
        cache.spanProcessor.onEnd({} as ReadableSpan);
        this.#endedRecorded++;
        cache.logRecordProcessor.onEmit({} as never);
        this.#emit();
        return;
      case 'subscribe':
        this.#subscriptions[step.subscription]?.close();
        this.#subscriptions[step.subscription] = cache.subscribe({
          orphans: step.orphans,
          capacity: step.capacity,
        });
        return;
      case 'take':
        this.#subscriptions[step.subscription]?.take();
        return;
      case 'close':
        this.#subscriptions[step.subscription]?.close();
    }
  }

  checkCounters({ queueCapacity, maxParkedSpans, maxEventsPerSpan }: SpanCacheOptions): void {
    const { spans, events, parkedSpans, openSpans, subscriptions } = this.#service.cache.stats();
    expect(spans.received, 'spans received').to.equal(this.#endedRecorded);
    expect(spans.received, 'spans').to.equal(
      spans.queued + spans.held + spans.delivered + total(spans.dropped),
    );
    expect(events.received, 'events received').to.be.at.most(this.#emitted);
    expect(events.received, 'events').to.equal(
      events.queued +
        events.parked +
        events.held +
        events.merged +
        total(events.orphaned) +
        total(events.dropped),
    );
    expect(spans.queued).to.be.at.most(queueCapacity!);
    expect(events.queued).to.be.at.most(queueCapacity!);
    expect(parkedSpans).to.be.at.most(maxParkedSpans!);
    expect(spans.held).to.be.at.most(maxParkedSpans!);
    expect(openSpans.open).to.be.at.most(maxParkedSpans!);
    expect(events.parked).to.be.at.most(parkedSpans * maxEventsPerSpan!);
    for (const { kind, queued } of subscriptions) {
      if (kind === 'iterator') expect(queued).to.be.at.most(5);
    }
  }

  /** With a witness: everything counted as delivered was seen, once, and on the right span. */
  checkWitness(lateEvents: SpanCacheOptions['lateEvents']): void {
    if (this.#witness === undefined) return;
    const { spans, events } = this.#service.cache.stats();
    expect(events.received, 'events received').to.equal(this.#emitted);
    expect(this.#witnessed.filter(({ revision }) => !revision)).to.have.length(spans.delivered);
    expect(this.#witnessed.filter(({ revision }) => revision)).to.have.length(spans.amended);
    expect(this.#orphans).to.have.length(total(events.orphaned));
    if (lateEvents === 'drop') expect(events.orphaned.late).to.equal(0);

    // By event: the span it was seen on. An amended span shows its earlier events again.
    const merged = new Map<string, string>();
    for (const span of this.#witnessed) {
      expect(new Set(span.events.map(({ name }) => name)).size).to.equal(span.events.length);
      for (const { name } of span.events) merged.set(name, span.name);
    }
    expect(merged.size).to.equal(events.merged);
    for (const [eventName, spanName] of merged) expect(eventName.split(' ')[0]).to.equal(spanName);
    const seen = [...merged.keys(), ...this.#orphans];
    expect(new Set(seen).size, 'delivered twice').to.equal(seen.length);
    for (const span of this.#witnessed) {
      const order = span.events.map(({ name }) => Number(name.split(' ')[1]));
      expect(order).to.deep.equal([...order].sort((a, b) => a - b));
    }
  }

  async shutDown(): Promise<void> {
    await this.#service.cache.shutdown();
    const { spans, events } = this.#service.cache.stats();
    expect(spans.queued + spans.held).to.equal(0);
    expect(events.queued + events.parked + events.held).to.equal(0);
  }

  #end(index: number, twice: boolean): void {
    const span = this.#spans[index];
    if (!span?.isRecording()) return;
    this.#endedRecorded++;
    span.end();
    if (!twice) return;
    this.#endedRecorded++;
    this.#service.cache.spanProcessor.onEnd(span as unknown as ReadableSpan);
  }

  #log(span: Span | undefined, twice: boolean): void {
    if (span === undefined) return;
    const name = 'name' in span ? String(span.name) : 'unrecorded';
    const body = `${name} ${this.#emit()}`;
    if (!twice) {
      this.#service.log(span, body);
      return;
    }
    this.#emit();
    const record = { hrTime: [1, 0], hrTimeObserved: [1, 0], body, attributes: {} };
    const emitted = { ...record, spanContext: span.spanContext() } as unknown as ReadableLogRecord;
    const context = trace.setSpan(ROOT_CONTEXT, span);
    this.#service.cache.logRecordProcessor.onEmit(emitted, context);
    this.#service.cache.logRecordProcessor.onEmit(emitted, context);
  }

  #emit(): number {
    return this.#emitted++;
  }
}

describe('The invariant of the counters', () => {
  const property = (witnessed: boolean) =>
    fc.asyncProperty(options, steps, async (cacheOptions, taken) => {
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      try {
        const run = new Run(cacheOptions, witnessed, clock);
        for (const step of taken) {
          await run.take(step);
          run.checkCounters(cacheOptions);
        }
        await run.shutDown();
        run.checkCounters(cacheOptions);
        run.checkWitness(cacheOptions.lateEvents);
      } finally {
        clock.restore();
      }
    });

  it('holds after every step, whoever comes and goes', async () => {
    await fc.assert(property(false), { numRuns: 150 });
  }).timeout(60_000);

  it('is what a subscriber saw that was there all the time', async () => {
    await fc.assert(property(true), { numRuns: 150 });
  }).timeout(60_000);
});
