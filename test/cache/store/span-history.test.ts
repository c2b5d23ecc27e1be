import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createTraceState,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Link,
  type SpanContext,
  type SpanOptions,
} from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import type { DeliveredSpan, ReadableSpan } from '../../../src/index.js';
import { SpanHistory } from '../../../src/cache/store/span-history.js';
import { StoredSpan } from '../../../src/cache/store/stored-span.js';
import { estimatedSpanBytes } from '../../../src/model/estimated-bytes.js';
import { codePoint } from '../../code-point.js';
import { runs } from '../../property-runs.js';
import { names, startService } from '../../scenarios/service.js';
import { JsonTraceSerializer, ProtobufTraceSerializer, SamplingDecision } from '../../sdk.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MEMBERS = [
  'name',
  'kind',
  'parentSpanContext',
  'startTime',
  'endTime',
  'status',
  'attributes',
  'links',
  'events',
  'duration',
  'ended',
  'resource',
  'instrumentationScope',
  'droppedAttributesCount',
  'droppedEventsCount',
  'droppedLinksCount',
] as const;

/** A span of the SDK, ended. */
function endedSpan(name = 'job', options: SpanOptions = {}): ReadableSpan {
  const { tracer } = startService();
  const span = tracer.startSpan(name, options, ROOT_CONTEXT);
  span.end();
  return span as unknown as ReadableSpan;
}

/** A span of the SDK in which some members are others. */
function tampered(members: object): DeliveredSpan {
  return Object.assign(endedSpan(), members);
}

function throughHistory(span: DeliveredSpan): DeliveredSpan {
  const history = new SpanHistory(10);
  history.add(span);
  return history.spans()[0]!;
}

function withIds(span: ReadableSpan, traceId: string, spanId: string): DeliveredSpan {
  const spanContext = () => ({ traceId, spanId, traceFlags: 1 });
  return Object.assign(Object.create(span) as ReadableSpan, { spanContext });
}

function expectSame(stored: ReadableSpan, original: ReadableSpan): void {
  for (const member of MEMBERS) expect(stored[member], member).to.deep.equal(original[member]);
  expect(stored.spanContext()).to.deep.equal(original.spanContext());
  expect(inspect(stored.parentSpanContext)).to.equal(inspect(original.parentSpanContext));
  for (const { serializeRequest } of [JsonTraceSerializer, ProtobufTraceSerializer]) {
    const [own, other] = [[stored], [original]].map((spans) => serializeRequest(spans as never)!);
    expect(Buffer.compare(own!, other!)).to.equal(0);
  }
}

describe('SpanHistory', () => {
  describe('with spans of the SDK', () => {
    const id = (digits: number) =>
      fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)).filter((text) => !/^0+$/.test(text));
    const text = fc.string({ unit: codePoint, maxLength: 12 });
    const key = fc.oneof(fc.constantFrom('http.route', 'a', 'b', '1', '0'), text).filter((name) => name !== '');
    const single = fc.oneof(text, fc.double(), fc.integer(), fc.boolean());
    const attributes = fc.dictionary(
      key,
      fc.oneof(single, fc.array(text), fc.array(fc.double()), fc.array(fc.boolean())),
      { maxKeys: 6, noNullPrototype: true },
    ) as fc.Arbitrary<Attributes>;
    const spanContext = fc.record(
      {
        traceId: id(32),
        spanId: id(16),
        traceFlags: fc.constantFrom(TraceFlags.NONE, TraceFlags.SAMPLED, 255),
        isRemote: fc.boolean(),
        traceState: fc.constantFrom(createTraceState('a=1,b=2'), createTraceState('')),
      },
      { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
    ) as fc.Arbitrary<SpanContext>;
    const time = fc.oneof(
      fc.tuple(fc.nat(2 ** 33), fc.nat(999_999_999)),
      fc.date({ noInvalidDate: true, min: new Date(0) }),
      fc.double({ min: 0, max: 1e13, noNaN: true }),
    );
    const event = fc.record({ name: text, attributes, time });
    const link = fc.record({ context: spanContext, attributes }, { requiredKeys: ['context'] }) as fc.Arbitrary<Link>;
    const description = fc.record({
      name: text,
      options: fc.record(
        { kind: fc.nat(4), attributes, links: fc.array(link, { maxLength: 2 }), startTime: time },
        { requiredKeys: [] },
      ) as fc.Arbitrary<SpanOptions>,
      parent: fc.option(spanContext),
      sampled: fc.boolean(),
      traceState: fc.option(fc.constant(createTraceState('sampler=1'))),
      later: attributes,
      events: fc.array(event, { maxLength: 2 }),
      status: fc.option(fc.record({ code: fc.nat(2), message: text }, { requiredKeys: ['code'] })),
      logs: fc.array(text, { maxLength: 2 }),
      lateLogs: fc.nat(2),
      endTime: fc.option(time),
    });
    const descriptions = fc.array(description, { minLength: 1, maxLength: 8 });

    it('returns spans from which every exporter sends the same', () => {
      fc.assert(
        fc.property(descriptions, fc.integer({ min: 1, max: 9 }), (all, capacity) => {
          let described = all[0]!;
          const sampler = {
            shouldSample: () => ({
              decision: described.sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD,
              ...(described.traceState && { traceState: described.traceState }),
            }),
          };
          const { cache, tracer, log } = startService({ lateEvents: 'amend', maxEventsPerSpan: 2 }, { sampler });
          const delivered = new Map<string, DeliveredSpan>();
          cache.subscribe(({ spans }) => {
            for (const span of spans) delivered.set(span.spanContext().spanId, span);
          });
          const store = cache.store({ capacity });

          for (described of all) {
            const { name, options, parent, later, events, status, logs, lateLogs, endTime } = described;
            const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
            const span = tracer.startSpan(name, options, context);
            span.setAttributes(later);
            for (const each of events) span.addEvent(each.name, each.attributes, each.time as never);
            if (status) span.setStatus(status);
            for (const body of logs) log(span, body);
            span.end(endTime as never);
            cache.flush();
            for (let i = 0; i < lateLogs; i++) {
              log(span, 'late');
              cache.flush();
            }
          }

          const originals = [...delivered.values()].slice(-capacity);
          const stored = store.getFinishedSpans();
          expect(stored).to.have.length(originals.length);
          for (const [i, span] of stored.entries()) {
            expect(span).to.be.instanceOf(StoredSpan);
            expect(span.revision ?? 0).to.equal(originals[i]!.revision ?? 0);
            expectSame(span, originals[i]!);
          }
        }),
        { numRuns: runs(200) },
      );
    });

    it('returns times, attributes and span contexts as new objects', () => {
      const original = endedSpan('job', { attributes: { a: 1 } });

      const stored = throughHistory(original);

      expect(stored).not.to.equal(original);
      for (const member of ['startTime', 'endTime', 'duration', 'attributes', 'status'] as const) {
        expect(stored[member], member).to.deep.equal(original[member]);
        expect(stored[member], member).not.to.equal(original[member]);
      }
      expect(stored.spanContext()).not.to.equal(original.spanContext());
      expect(stored.resource).to.equal(original.resource);
      expect(stored.instrumentationScope).to.equal(original.instrumentationScope);
    });

    it('keeps the state of spans at delivery', () => {
      const original = endedSpan('before', { attributes: { a: 1 } });
      const history = new SpanHistory(1);
      history.add(original);

      Object.assign(original, { name: 'after' });
      original.attributes['a'] = 2;

      expect(history.spans()[0]).to.deep.include({ name: 'before', attributes: { a: 1 } });
    });

    it('returns a span as the same object until another one is added', () => {
      const history = new SpanHistory(2);
      history.add(endedSpan());
      const [first] = history.spans();

      expect(history.spans()[0]).to.equal(first);
      history.add(endedSpan());
      expect(history.spans()[0]).not.to.equal(first);
    });

    it('returns a new list for each read', () => {
      const history = new SpanHistory(2);
      history.add(endedSpan());

      history.spans().length = 0;

      expect(history.spans()).to.have.length(1);
    });

    it('keeps a duration that differs from end time minus start time', () => {
      const original = endedSpan();
      for (const duration of [
        [5, 6],
        [5, original.duration[1]],
        [original.duration[0], 999_999_999],
      ]) {
        const stored = throughHistory(Object.create(original, { duration: { value: duration } }) as DeliveredSpan);

        expect(stored).to.be.instanceOf(StoredSpan);
        expect(stored.duration).to.deep.equal(duration);
        expect(stored.duration).not.to.equal(duration);
      }
    });
  });

  describe('with unusual spans', () => {
    const thrower = () => {
      throw new Error('unreadable');
    };
    const odd: Record<string, () => DeliveredSpan> = {
      'one with members of its own': () => tampered({ extra: 1 }),
      'one that has not ended': () => startService().start('open') as unknown as ReadableSpan,
      'one with times that are no HrTime': () => tampered({ startTime: 12 }),
      'one with longer times': () => tampered({ endTime: [1, 2, 3] }),
      'one with seconds that are no number': () => tampered({ startTime: ['1', 2] }),
      'one with nanoseconds that are no number': () => tampered({ endTime: [1, '2'] }),
      'one with a kind that is none': () => tampered({ kind: 1.5 }),
      'one with a name that is no text': () => tampered({ name: 1 }),
      'one without attributes': () => tampered({ attributes: undefined }),
      'one without events': () => tampered({ events: undefined }),
      'one with links that are no list': () => tampered({ links: {} }),
      'one whose getter throws': () => Object.defineProperty(endedSpan(), 'resource', { get: thrower }),
      'one whose ids cannot be read': () => tampered({ spanContext: thrower }),
      'one whose last attribute cannot be read': () =>
        tampered({ attributes: Object.defineProperty({ a: 1 }, 'b', { enumerable: true, get: thrower }) }),
      'one without a status': () => tampered({ status: null }),
    };

    for (const [what, make] of Object.entries(odd)) {
      it(`keeps ${what} as it is`, () => {
        const span = make();
        const history = new SpanHistory(10);
        const [first, last] = [endedSpan('before'), endedSpan('after')];
        for (const each of [first, span, last]) history.add(each);

        const [before, kept, after] = history.spans();

        expect(kept).to.equal(span);
        expectSame(before!, first);
        expectSame(after!, last);
      });
    }

    const usual = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
    const contexts: Record<string, object> = {
      'ids of other lengths': { traceId: 'trace', spanId: 'span', traceFlags: 1 },
      'ids that are no text': { traceId: 1, spanId: 2, traceFlags: 1 },
      'ids that are lists of characters': { ...usual, traceId: usual.traceId.split('') },
      'its members in another order': { spanId: 'b'.repeat(16), traceId: 'a'.repeat(32), traceFlags: 1 },
      'members of its own': { ...usual, extra: 1 },
      'members of its own and a trace state': { ...usual, traceState: createTraceState('a=1'), extra: 1 },
      'large flags': { ...usual, traceFlags: 256 },
      'isRemote: false': { ...usual, isRemote: false },
      'no prototype': Object.assign(Object.create(null), usual),
    };

    for (const [what, context] of Object.entries(contexts)) {
      it(`keeps a span context with ${what} as it is`, () => {
        const history = new SpanHistory(10);
        const last = endedSpan('last');
        history.add(tampered({ spanContext: () => context, parentSpanContext: usual }));
        history.add(tampered({ parentSpanContext: context }));
        history.add(last);

        const [own, child, after] = history.spans();

        expect(own).to.be.instanceOf(StoredSpan);
        expect(own!.spanContext()).to.equal(context);
        expect(own!.parentSpanContext).to.deep.equal(usual);
        expect(child!.parentSpanContext).to.equal(context);
        expectSame(after!, last);
      });
    }

    it('returns ids unchanged that are not lower-case hex', () => {
      const context = { traceId: 'A'.repeat(32), spanId: '\u0100'.repeat(16), traceFlags: 1 };
      const span = tampered({ spanContext: () => context, parentSpanContext: context });
      // As the only one of its history it is packed.
      const history = new SpanHistory(1);
      history.add(span);

      const [stored] = history.spans();

      expect(stored).to.be.instanceOf(StoredSpan);
      expect(stored!.spanContext()).to.deep.equal(context);
      expect(stored!.parentSpanContext).to.deep.equal(context);
    });

    it('keeps a parent in another trace as it is', () => {
      const parentSpanContext = { traceId: 'f'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };

      expect(throughHistory(tampered({ parentSpanContext })).parentSpanContext).to.equal(parentSpanContext);
    });

    it('keeps attributes unchanged that are not a plain object', () => {
      const unusual = [
        Object.assign(Object.create(null), { a: 1 }),
        new (class Special {
          a = 1;
        })(),
        JSON.parse('{"__proto__": 1, "a": 2}'),
      ];

      for (const attributes of unusual) {
        const stored = throughHistory(tampered({ attributes }));

        expect(stored).to.be.instanceOf(StoredSpan);
        expect(stored.attributes).to.equal(attributes);
      }
    });

    it('does not keep inherited attributes', () => {
      const polluted = Object.prototype as { inherited?: number };
      const history = new SpanHistory(2);
      history.add(endedSpan('another has it', { attributes: { a: 1, inherited: 2 } }));
      polluted.inherited = 1;
      try {
        history.add(endedSpan('job', { attributes: { a: 1 } }));
        expect(history.spans().map(({ attributes }) => Object.keys(attributes))).to.deep.equal([
          ['a', 'inherited'],
          ['a'],
        ]);
      } finally {
        delete polluted.inherited;
      }
    });

    it('keeps the dropped counts and the revision', () => {
      const none = { droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0, revision: 0 };
      const all = { droppedAttributesCount: 1, droppedEventsCount: 2, droppedLinksCount: 3, revision: 4 };
      const single = Object.entries(all).map(([count, value]) => ({ ...none, [count]: value }));

      for (const counts of [none, all, ...single]) {
        // Defined, not set: the SDK has getters for them.
        const members = Object.getOwnPropertyDescriptors(counts);
        const stored = throughHistory(Object.create(endedSpan(), members) as DeliveredSpan);

        expect(stored).to.be.instanceOf(StoredSpan);
        expect(stored).to.include(counts);
      }
    });

    it('keeps the message of a status that is not set', () => {
      const status = { code: SpanStatusCode.UNSET, message: 'why' };

      expect(throughHistory(tampered({ status })).status).to.deep.equal(status);
    });
  });

  describe('when spans are replaced', () => {
    it('behaves as a plain list', () => {
      const model = endedSpan();
      // The same ids in canonical and in other forms, in two traces.
      const ids = ['a'.repeat(16), 'b'.repeat(16), 'B'.repeat(16), '\u0100'.repeat(16), 'x', '0'.repeat(16)];
      const traces = ['1'.repeat(32), 'trace'];
      const step = fc.record({
        replace: fc.boolean(),
        traceId: fc.constantFrom(...traces),
        spanId: fc.constantFrom(...ids),
        attributes: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(), { noNullPrototype: true }),
        odd: fc.boolean(),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (steps, capacity) => {
          const history = new SpanHistory(capacity, 2 ** 20);
          const list: DeliveredSpan[] = [];

          for (const { replace, traceId, spanId, attributes, odd } of steps) {
            const span = Object.assign(withIds(model, traceId, spanId), { attributes, ...(odd && { odd }) });
            if (replace) {
              history.replace(span);
              const at = list.findLastIndex((other) => {
                const context = other.spanContext();
                return context.traceId === traceId && context.spanId === spanId;
              });
              if (at >= 0) list[at] = span;
            } else {
              const before = history.stats().dropped;
              history.add(span);
              expect(history.stats().dropped - before).to.equal(list.length === capacity ? 1 : 0);
              list.push(span);
              if (list.length > capacity) list.shift();
            }
          }

          const stored = history.spans();
          expect(stored.map((span) => span.spanContext())).to.deep.equal(list.map((span) => span.spanContext()));
          expect(stored.map((span) => span.attributes)).to.deep.equal(list.map((span) => span.attributes));
        }),
        { numRuns: runs(300) },
      );
    });

    it('returns the new span, even if the old one was read before', () => {
      const [first, second] = [endedSpan('first'), endedSpan('second')];
      const history = new SpanHistory(2);
      history.add(first);
      const read = history.spans();

      history.replace(Object.assign(second, { spanContext: () => first.spanContext() }));

      expect(names(read)).to.deep.equal(['first']);
      expect(names(history.spans())).to.deep.equal(['second']);
    });

    it('finds the span if it is among the last 65,536', () => {
      const model = endedSpan();
      const history = new SpanHistory(70_000);
      const spanId = (i: number) => i.toString(16).padStart(16, '0');
      for (let i = 0; i < 67_000; i++) history.add(withIds(model, 'a'.repeat(32), spanId(i)));
      const far = 67_000 - 65_536;

      for (const i of [0, far]) {
        history.replace(Object.assign(withIds(model, 'a'.repeat(32), spanId(i)), { name: 'amended' }));
      }

      expect(history.spans().flatMap(({ name }, i) => (name === 'amended' ? [i] : []))).to.deep.equal([far]);
    });

    it('releases all objects of the old span', async () => {
      const history = new SpanHistory(3);
      const add = (name: string) => {
        const list = [name];
        const span = Object.assign(endedSpan(name), { attributes: { list } });
        const context = span.spanContext();
        history.add(span);
        return { context, list: new WeakRef(list) };
      };
      const added = ['first', 'second', 'third'].map(add);

      history.replace(Object.assign(endedSpan('new'), { spanContext: () => added[1]!.context }));
      // A WeakRef holds what it refers to until the turn is over.
      await nextTurn();
      collectGarbage();

      expect(added.map(({ list }) => list.deref()?.length)).to.deep.equal([1, undefined, 1]);
      expect(names(history.spans())).to.deep.equal(['first', 'new', 'third']);
    });

    it('skips a span that cannot be read', () => {
      const span = endedSpan('first');
      const unreadable = tampered({
        spanContext() {
          throw new Error('unreadable');
        },
      });
      const history = new SpanHistory(3);
      for (const each of [span, unreadable]) history.add(each);

      history.replace(Object.assign(endedSpan('second'), { spanContext: () => span.spanContext() }));

      const [replaced, passed] = history.spans();
      expect(replaced!.name).to.equal('second');
      expect(passed).to.equal(unreadable);
    });
  });

  describe('at its capacity', () => {
    for (const capacity of [1, 2, 255, 256, 257, 512, 1_000]) {
      it(`of ${capacity} keeps exactly the newest spans`, () => {
        const model = endedSpan();
        const history = new SpanHistory(capacity);
        const spanId = (i: number) => i.toString(16).padStart(16, '0');

        for (let i = 0; i < 2_000; i++) {
          history.add(withIds(model, 'a'.repeat(32), spanId(i)));
          if (i % 97 !== 0 && i < 1_990) continue;
          const expected = Array.from({ length: Math.min(i + 1, capacity) }, (_, k) => spanId(i - k)).reverse();
          expect(history.spans().map((span) => span.spanContext().spanId)).to.deep.equal(expected);
        }
      });
    }
  });

  describe('with a bound in bytes', () => {
    /** The size of a span, as measured by a history that has no other. */
    function sizeOf(span: DeliveredSpan): number {
      const history = new SpanHistory(1);
      history.add(span);
      return history.stats().queuedBytes;
    }

    const sized = (model: ReadableSpan, id: number, length: number) =>
      Object.assign(withIds(model, 'a'.repeat(32), id.toString(16).padStart(16, '0')), {
        attributes: { text: 'x'.repeat(length), list: ['y'.repeat(length)] },
      });

    it('keeps the newest spans that fit after any sequence of additions and replacements', () => {
      const model = endedSpan();
      const step = fc.record({
        replace: fc.boolean(),
        id: fc.nat(20),
        length: fc.oneof({ arbitrary: fc.nat(2_000), weight: 4 }, fc.constantFrom(0, 40_000)),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 80 }), fc.constantFrom(1, 3, 5, 40), (steps, capacity) => {
          const maxBytes = 6_000;
          const history = new SpanHistory(capacity, maxBytes);
          const kept: { id: number; length: number; bytes: number }[] = [];
          let dropped = 0;
          const bytes = () => kept.reduce((sum, each) => sum + each.bytes, 0);
          for (const { replace, id, length } of steps) {
            const span = sized(model, id, length);
            const entry = { id, length, bytes: sizeOf(span) };
            if (replace) history.replace(span);
            else history.add(span);
            const at = kept.findLastIndex((each) => each.id === id);
            if (length === 40_000) dropped++;
            else if (!replace) kept.push(entry);
            else if (at >= 0) kept[at] = entry;
            while (kept.length > capacity || bytes() > maxBytes) {
              kept.shift();
              dropped++;
            }
            expect(history.stats().queuedBytes).to.equal(bytes());
            expect(history.stats().dropped).to.equal(dropped);
          }
          const lengths = history.spans().map(({ attributes }) => String(attributes['text']).length);
          expect(lengths).to.deep.equal(kept.map(({ length }) => length));
        }),
        { numRuns: runs(200) },
      );
    });

    it('drops a span larger than the bound without evicting others', () => {
      const history = new SpanHistory(1, 5_000);
      history.add(endedSpan('small'));

      history.add(endedSpan('large', { attributes: { body: 'x'.repeat(10_000) } }));

      expect(names(history.spans())).to.deep.equal(['small']);
      expect([history.stats().dropped, history.stats().droppedByBytes]).to.deep.equal([1, 1]);
    });

    it('keeps spans that fill the bound exactly', () => {
      const spans = [endedSpan('one'), endedSpan('two')];
      for (const count of [1, 2]) {
        const history = new SpanHistory(10, count * sizeOf(spans[0]!));

        for (const span of spans) history.add(span);

        expect(history.spans()).to.have.length(count);
      }
    });

    it('replaces a span by one as large as the bound, but by no larger one', () => {
      const context = endedSpan().spanContext();
      const ofLength = (length: number) =>
        Object.assign(endedSpan('job', { attributes: { text: 'x'.repeat(length) } }), { spanContext: () => context });
      const history = new SpanHistory(1, estimatedSpanBytes(ofLength(1_000)));
      const length = () => String(history.spans()[0]!.attributes['text']).length;

      history.add(ofLength(0));
      history.replace(ofLength(1_001));
      const before = length();
      history.replace(ofLength(1_000));

      expect([before, length()]).to.deep.equal([0, 1_000]);
      expect(history.stats().dropped).to.equal(1);
    });

    it('counts the ids, times and flags of a span, its values, and their texts', () => {
      const [idsAndTimes, flags, value] = [32 + 4 * 8, 18, 8];
      const row = idsAndTimes + flags;
      const withCounts = Object.create(endedSpan('job'), { droppedLinksCount: { value: 1 } }) as DeliveredSpan;

      // Its name, resource and scope.
      expect(sizeOf(endedSpan('job'))).to.equal(row + 3 * value + 'job'.length);
      expect(sizeOf(withCounts)).to.equal(row + 7 * value + 'job'.length);
    });

    it('counts the memory of spans kept by reference', () => {
      const attributes = { body: 'x'.repeat(10_000) };

      const odd = sizeOf(Object.assign(endedSpan('odd', { attributes }), { another: 1 }));
      const kept = sizeOf(tampered({ attributes: Object.assign(Object.create(null), attributes) }));

      expect([odd, kept].map((bytes) => Math.round(bytes / 10_000))).to.deep.equal([1, 1]);
    });

    it('counts keys that are too long to be shared by many spans', () => {
      expect(sizeOf(endedSpan('job', { attributes: { ['k'.repeat(10_000)]: 1 } }))).to.be.within(10_000, 11_000);
      expect(sizeOf(endedSpan('job', { attributes: { ['k'.repeat(40)]: 1 } }))).to.be.below(1_000);
    });

    it('releases long names and keys of evicted spans', () => {
      const history = new SpanHistory(2, 2 ** 20);
      /** A text by itself: V8 keeps a repeated one as what it is made of. */
      const text = (i: number) => Buffer.alloc(200_000, String(i).padStart(8)).toString('latin1');
      const model = endedSpan();
      collectGarbage();
      const before = process.memoryUsage().heapUsed;

      for (let i = 0; i < 300; i++)
        history.add(
          Object.assign(Object.create(model) as object, {
            name: text(i),
            attributes: { [text(-i)]: i },
          }) as ReadableSpan,
        );

      for (let i = 0; i < 3; i++) collectGarbage();
      expect(process.memoryUsage().heapUsed - before).to.be.below(20_000_000);
      expect(history.spans()).to.have.length(2);
    });

    it('releases all objects of an evicted span at once', async () => {
      const history = new SpanHistory(100, 10_000);
      const add = (name: string) => {
        const list = ['x'.repeat(6_000)];
        history.add(Object.assign(endedSpan(name), { attributes: { list } }));
        return new WeakRef(list);
      };

      const [first, second] = [add('first'), add('second')];
      // A WeakRef holds what it refers to until the turn is over.
      await nextTurn();
      collectGarbage();

      expect([first.deref(), second.deref()?.length]).to.deep.equal([undefined, 1]);
    });
  });
});
