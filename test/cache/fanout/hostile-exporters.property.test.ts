import { diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import { ExporterSubscription } from '../../../src/cache/fanout/exporter-subscription.js';
import { MergedSpan, type DeliveredSpan } from '../../../src/model/merged-span.js';
import type { ExportResult, ReadableSpan, SpanExporter } from '../../../src/model/otel.js';
import { SPAN_MEMBERS } from '../../../src/model/span-members.js';
import { runs } from '../../property-runs.js';
import { listenToWarnings } from '../../scenarios/service.js';
import { JsonTraceSerializer, ProtobufTraceSerializer, startSdk } from '../../sdk.js';

const { tracer } = startSdk({ spanProcessors: [] });

type Done = (result: ExportResult) => void;

/** Misbehaviour of exporters that occurs in practice. */
const CONDUCTS: Readonly<Record<string, (spans: ReadableSpan[], done: Done, self: HostileExporter) => unknown>> = {
  'answers at once': (_, done) => done({ code: 0 }),
  'answers later': (_, done, self) => self.later(() => done({ code: 0 })),
  'answers in a microtask': (_, done) => queueMicrotask(() => done({ code: 0 })),
  fails: (_, done) => done({ code: 1 }),
  'fails later': (_, done, self) => self.later(() => done({ code: 1, error: new Error('later') })),
  throws: () => {
    throw new Error('thrown');
  },
  'answers, then throws': (_, done) => {
    done({ code: 0 });
    throw new Error('thrown');
  },
  'answers twice': (_, done) => {
    done({ code: 0 });
    done({ code: 1 });
  },
  'answers again during a later export': (_, done, self) => {
    done({ code: 0 });
    self.later(() => done({ code: 1 }));
  },
  'empties its list and answers': (spans, done) => {
    spans.splice(0);
    done({ code: 0 });
  },
  'empties its list and answers later': (spans, done, self) => {
    spans.length = 0;
    self.later(() => done({ code: 0 }));
  },
  'adds to its list': (spans, done) => {
    spans.push(...spans);
    done({ code: 0 });
  },
  'returns a promise that rejects': () => Promise.reject(new Error('rejected')),
  'returns a thenable that throws': () =>
    // oxlint-disable-next-line unicorn/no-thenable -- what it does to whoever waits for it is the point
    Object.defineProperty({}, 'then', {
      get: () => {
        throw new Error('thrown');
      },
    }),
  'answers nothing that can be read': (_, done) =>
    done({
      get code(): never {
        throw new Error('thrown');
      },
    }),
  'answers without a result': (_, done) => done(undefined as never),
  'never answers': () => {},
  'flushes while it exports': (_, done, self) => {
    void self.subscription?.forceFlush();
    done({ code: 0 });
  },
};

class HostileExporter implements SpanExporter {
  subscription: ExporterSubscription | undefined;
  readonly got: ReadableSpan[] = [];
  empty = 0;
  /** Spans among them that throw when they are read. */
  unreadable = 0;
  /** Exports that have begun while another one had not returned. */
  nested = 0;
  /** Exports of spans over which a serializer throws. */
  unsendable = 0;
  #underWay = false;
  conduct: keyof typeof CONDUCTS = 'answers at once';
  readonly #answers: (() => void)[] = [];

  export(spans: ReadableSpan[], done: Done): void {
    if (spans.length === 0) this.empty++;
    this.got.push(...spans);
    // As exporters do: what throws here would cost the whole batch.
    this.unreadable += spans.filter((span) => !isReadable(span)).length;
    if (this.#underWay) this.nested++;
    if (!isSendable(spans)) this.unsendable++;
    this.#underWay = true;
    try {
      return CONDUCTS[this.conduct]!(spans, done, this) as void;
    } finally {
      this.#underWay = false;
    }
  }

  async shutdown(): Promise<void> {
    throw new Error('not even that');
  }

  later(answer: () => void): void {
    this.#answers.push(answer);
  }

  answer(): void {
    this.#answers.shift()?.();
  }
}

function isReadable(span: ReadableSpan): boolean {
  try {
    for (const member of SPAN_MEMBERS) void (span as DeliveredSpan)[member];
    return true;
  } catch {
    return false;
  }
}

function isSendable(spans: ReadableSpan[]): boolean {
  try {
    for (const { serializeRequest } of [JsonTraceSerializer, ProtobufTraceSerializer]) serializeRequest(spans as never);
    return true;
  } catch {
    return false;
  }
}

type Kind =
  | 'plain'
  | 'merged'
  | 'odd'
  | 'odd and merged'
  | 'unreadable'
  | 'unreadable when exported'
  | 'unreadable when exported as it is'
  | 'flushes when exported';

/** Names, times and links such that serializers throw, which an SDK lets pass. */
function oddSpan(): ReadableSpan {
  const span = tracer.startSpan(undefined as never, { startTime: new Date(NaN) }, ROOT_CONTEXT);
  span.addEvent(undefined as never, new Date(NaN)).addLink({} as never);
  span.end([Infinity, 0]);
  return span as unknown as ReadableSpan;
}

function spanOf(kind: Kind, flush: () => void): DeliveredSpan {
  const span = tracer.startSpan('job', {}, ROOT_CONTEXT) as unknown as ReadableSpan;
  if (kind === 'plain') return span;
  if (kind === 'merged') return new MergedSpan(span, [], 0, 0);
  if (kind === 'odd') return oddSpan();
  if (kind === 'odd and merged') return new MergedSpan(oddSpan(), [], 0, 0);
  if (kind === 'flushes when exported') {
    const { resource } = span;
    return Object.defineProperty(span, 'resource', {
      get: () => {
        flush();
        return resource;
      },
    });
  }
  const member = kind === 'unreadable' ? 'spanContext' : 'status';
  const broken = Object.defineProperty(span, member, {
    get: () => {
      throw new Error('unreadable');
    },
  });
  return kind === 'unreadable when exported as it is' ? broken : new MergedSpan(broken, [], 0, 0);
}

type Step =
  | { do: 'deliver'; spans: Kind[] }
  | { do: 'conduct'; conduct: string }
  | { do: 'flush' | 'answer' | 'turn' }
  | { do: 'wait'; millis: number };

const kind = fc.constantFrom<Kind>(
  'plain',
  'plain',
  'merged',
  'unreadable',
  'odd',
  'odd and merged',
  'unreadable when exported',
  'unreadable when exported as it is',
  'flushes when exported',
);
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver'), spans: fc.array(kind, { maxLength: 12 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('conduct'), conduct: fc.constantFrom(...Object.keys(CONDUCTS)) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('flush', 'answer', 'turn') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wait'), millis: fc.nat(300) }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

const options = fc.integer({ min: 1, max: 20 }).chain((maxQueueSize) =>
  fc.record({
    maxQueueSize: fc.constant(maxQueueSize),
    maxQueueBytes: fc.constantFrom(1, 2_000, 2 ** 20),
    maxExportBatchSize: fc.integer({ min: 1, max: maxQueueSize }),
    scheduledDelayMillis: fc.constantFrom(0, 50),
    exportTimeoutMillis: fc.constant(100),
  }),
);

const turn = () => new Promise(setImmediate);

describe('A hostile exporter', () => {
  const rejected = sinon.spy();

  before(() => process.on('unhandledRejection', rejected));

  beforeEach(() => listenToWarnings(() => {}));

  afterEach(() => diag.disable());

  after(() => void process.off('unhandledRejection', rejected));

  it('leaves each span in exactly one state: delivered, failed, dropped or queued', async () => {
    await fc.assert(
      fc.asyncProperty(options, steps, async (limits, taken) => {
        const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
        try {
          const exporter = new HostileExporter();
          const subscription = new ExporterSubscription(exporter, limits, () => {});
          exporter.subscription = subscription;
          let added = 0;
          const check = () => {
            const { delivered, failed, dropped, queued, droppedByBytes, queuedBytes } = subscription.stats();
            expect(delivered + failed + dropped + queued, 'spans').to.equal(added);
            expect(droppedByBytes).to.be.at.most(dropped);
            expect(queuedBytes > 0, 'queuedBytes').to.equal(queued > 0);
            expect([exporter.empty, exporter.nested], 'empty and nested exports').to.deep.equal([0, 0]);
            expect(
              [exporter.unreadable, exporter.unsendable],
              'spans and exports that one span would fail',
            ).to.deep.equal([0, 0]);
          };
          for (const step of taken) {
            switch (step.do) {
              case 'deliver':
                added += step.spans.length;
                subscription.deliverSpans(step.spans.map((what) => spanOf(what, () => void subscription.forceFlush())));
                break;
              case 'conduct':
                exporter.conduct = step.conduct;
                break;
              case 'flush':
                void subscription.forceFlush();
                break;
              case 'answer':
                exporter.answer();
                break;
              case 'turn':
                await turn();
                break;
              case 'wait':
                await clock.tickAsync(step.millis);
            }
            check();
          }

          const closed = subscription.close();
          await clock.tickAsync(1_000);
          await closed;
          check();
          expect(subscription.stats().queued).to.equal(0);
          const ids = exporter.got.map((span) => span.spanContext().spanId);
          expect(new Set(ids).size, 'each span once').to.be.at.least(subscription.stats().delivered);
        } finally {
          clock.restore();
        }
      }),
      { numRuns: runs(400) },
    );
    await turn();

    expect(rejected.callCount).to.equal(0);
  }).timeout(60_000);
});
