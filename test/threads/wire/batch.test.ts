import { createTraceState, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import fc from 'fast-check';
import type { DeliveredSpan, LogEvent, OrphanEvent } from '../../../src/index.js';
import type { WireBatch } from '../../../src/threads/protocol.js';
import { BatchPacker } from '../../../src/threads/wire/batch-packer.js';
import { BatchUnpacker } from '../../../src/threads/wire/batch-unpacker.js';
import { runs } from '../../property-runs.js';
import { plain } from '../../scenarios/threads/plain.mjs';
import { startService } from '../../scenarios/service.js';
import { startSdk } from '../../sdk.js';

function endedSpan(name: string, attributes = {}): DeliveredSpan {
  const { start } = startService();
  const span = start(name).setAttributes(attributes);
  span.end();
  return span as unknown as DeliveredSpan;
}

/** What a receiver gets of it. */
function sent(batch: WireBatch): WireBatch {
  return structuredClone(batch);
}

const LOG_EVENT: LogEvent = {
  name: 'logged',
  time: [1, 2],
  attributes: { deep: { list: [1, null] } as never },
  droppedAttributesCount: 1,
  severityNumber: 9,
  severityText: 'INFO',
  body: { bytes: new Uint8Array([1, 2]) },
  observedTime: [3, 4],
  instrumentationScope: { name: 'log' },
  resource: undefined,
};

function areStrings(values: unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

/** A packer and an unpacker with a thread between them. */
function connect(marks: [string, string | number][] = []) {
  const settled: [number, object][] = [];
  const packer = new BatchPacker((id, attributes) => settled.push([id, attributes]));
  const unpacker = new BatchUnpacker(marks);
  return {
    packer,
    unpacker,
    settled,
    send: (spans: DeliveredSpan[], orphans: OrphanEvent[] = []) => unpacker.unpack(sent(packer.pack(spans, orphans))),
  };
}

describe('BatchPacker and BatchUnpacker', () => {
  it('bring any spans across as they are', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.array(fc.string()),
      fc.array(fc.option(fc.integer())),
    );
    const attributes = fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), value, { maxKeys: 5 });
    const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
    const spanContext = fc.record(
      {
        traceId: hex(32),
        spanId: hex(16),
        traceFlags: fc.constantFrom(0, 1),
        isRemote: fc.boolean(),
        traceState: fc.constantFrom('a=1', 'b=2,c=3').map((text) => createTraceState(text)),
      },
      { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
    );
    const count = fc.nat(1_000_000);
    const time = fc.tuple(fc.nat(2 ** 32), fc.nat(999_999_999));
    const event = fc.record(
      { name: fc.string(), time, attributes, droppedAttributesCount: count },
      { requiredKeys: ['name', 'time'] },
    );
    const scope = fc.record({ name: fc.string(), version: fc.string() }, { requiredKeys: ['name'] });
    const logEvent = fc.record({
      name: fc.string(),
      time,
      attributes: fc.dictionary(fc.string().filter((key) => key !== '__proto__'), fc.jsonValue()),
      droppedAttributesCount: count,
      severityNumber: fc.option(fc.integer({ min: 1, max: 24 }), { nil: undefined }),
      severityText: fc.option(fc.string(), { nil: undefined }),
      body: fc.option(fc.jsonValue(), { nil: undefined }),
      observedTime: time,
      instrumentationScope: scope,
      resource: attributes.map((entries) => resourceFromAttributes(entries)),
    });
    const link = fc.record(
      { context: spanContext, attributes, droppedAttributesCount: count },
      { requiredKeys: ['context'] },
    );
    const span = fc.record(
      {
        name: fc.string(),
        kind: fc.nat(4),
        spanContext: spanContext.map((context) => () => context),
        parentSpanContext: fc.option(spanContext, { nil: undefined }),
        startTime: time,
        endTime: time,
        duration: time,
        status: fc.record({ code: fc.nat(2), message: fc.string() }, { requiredKeys: ['code'] }),
        attributes,
        links: fc.array(link, { maxLength: 3 }),
        events: fc.array(fc.oneof(event, logEvent), { maxLength: 3 }),
        ended: fc.boolean(),
        resource: attributes.map((entries) => resourceFromAttributes(entries)),
        instrumentationScope: scope,
        droppedAttributesCount: count,
        droppedEventsCount: count,
        droppedLinksCount: count,
      },
      { noNullPrototype: true },
    );

    fc.assert(
      fc.property(fc.array(fc.array(span, { maxLength: 6 }), { maxLength: 3 }), (batches) => {
        const { send } = connect();
        for (const batch of batches) {
          const spans = batch as unknown as DeliveredSpan[];
          expect(normal(send(spans).spans.map(plain))).to.deep.equal(normal(spans.map(plain)));
        }
      }),
      { numRuns: runs(50) },
    );
  });

  it('bring orphans across with their reason and their span', () => {
    const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
    const orphans: OrphanEvent[] = [
      { ...LOG_EVENT, spanContext, reason: 'late' },
      { ...LOG_EVENT, spanContext: undefined, reason: 'no_span' },
    ];

    const received = connect().send([], orphans);

    expect(received).to.deep.equal({ spans: [], orphans });
  });

  it('bring the resource of a log event across, which is that of the spans there', () => {
    const span = endedSpan('a', {});
    const { resource } = span;
    const event = { name: 'logged', time: [1, 2], observedTime: [1, 2], instrumentationScope: { name: 'log' }, resource };

    const { spans, orphans } = connect().send([span], [{ ...event, attributes: {}, reason: 'late' } as unknown as OrphanEvent]);

    expect(orphans[0]!.resource).to.equal(spans[0]!.resource);
    expect(orphans[0]!.resource!.attributes).to.deep.equal(resource.attributes);
  });

  it('mark spans and orphans with their thread, unless they have that attribute', () => {
    const { send } = connect([['thread.id', 7], ['thread.name', 'resizer']]);

    const { spans } = send([endedSpan('a', { own: 1 }), endedSpan('b', { 'thread.name': 'mine' })]);

    expect(spans.map(({ attributes }) => attributes)).to.deep.equal([
      { own: 1, 'thread.id': 7, 'thread.name': 'resizer' },
      { 'thread.name': 'mine', 'thread.id': 7 },
    ]);
  });

  it('send a resource and a scope once, and have one of each for all spans there', () => {
    const { packer, unpacker } = connect();
    const { start } = startService();
    const [a, b] = ['a', 'b'].map((name) => {
      const span = start(name);
      span.end();
      return span as unknown as DeliveredSpan;
    });

    const first = packer.pack([a!], []);
    const second = packer.pack([b!], []);
    const [one] = unpacker.unpack(sent(first)).spans;
    const [other] = unpacker.unpack(sent(second)).spans;

    expect([first.resources.length, first.scopes.length]).to.deep.equal([1, 1]);
    expect([second.resources.length, second.scopes.length]).to.deep.equal([0, 0]);
    expect(other!.resource).to.equal(one!.resource);
    expect(other!.instrumentationScope).to.equal(one!.instrumentationScope);
  });

  it('begin anew when there were too many resources, with the next batch', () => {
    const { packer, unpacker } = connect();
    const span = endedSpan('a');
    const spanOf = (id: number) =>
      Object.create(span as object, { resource: { value: resourceFromAttributes({ id }) } }) as DeliveredSpan;

    const forgets = Array.from({ length: 200 }, (_, id) => {
      const batch = packer.pack([spanOf(id)], []);
      expect(unpacker.unpack(sent(batch)).spans[0]!.resource.attributes).to.deep.equal({ id });
      return batch.forget;
    });

    expect(forgets.filter(Boolean)).to.have.length(3);
  });

  it('bring the resource of a log event across, once for all that share it', () => {
    const { packer, unpacker } = connect();
    const resource = resourceFromAttributes({ 'service.name': 'shop' });
    const orphan = { ...LOG_EVENT, resource, spanContext: undefined, reason: 'no_span' } as OrphanEvent;

    const batch = packer.pack([], [orphan, orphan]);
    const [one, other] = unpacker.unpack(sent(batch)).orphans as (OrphanEvent & { resource: typeof resource })[];

    expect(batch.resources).to.have.length(1);
    expect(one!.resource.attributes).to.deep.equal({ 'service.name': 'shop' });
    expect(other!.resource).to.equal(one!.resource);
  });

  describe('where something cannot be read', () => {
    const throwing = {
      get: () => {
        throw new Error('not to be read');
      },
      enumerable: true,
    };
    const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };

    /** A span of the SDK with some of its members replaced. */
    function spanWith(members: Record<string, unknown>, descriptors: PropertyDescriptorMap = {}): DeliveredSpan {
      const replaced = Object.fromEntries(Object.entries(members).map(([key, value]) => [key, { value, enumerable: true }]));
      return Object.create(endedSpan('a') as object, { ...replaced, ...descriptors }) as DeliveredSpan;
    }

    it('leave out that span or orphan and count it, and bring the others across', () => {
      const { packer, send } = connect();
      const unreadable = [
        spanWith({}, { links: throwing }),
        spanWith({ spanContext: () => ({ traceId: 1, spanId: 2, traceFlags: 1 }) }),
        spanWith({ startTime: undefined }),
      ];

      const { spans } = send([endedSpan('before'), ...unreadable, endedSpan('after')], [{ reason: 'late' } as OrphanEvent]);

      expect(spans.map(({ name }) => name)).to.deep.equal(['before', 'after']);
      expect(packer.unreadable).to.deep.equal({ spans: 3, orphans: 1 });
    });

    for (const [what, name, text] of [
      ['nothing', undefined, 'undefined'],
      ['a number', 404, '404'],
      ['a symbol', Symbol('odd'), 'Symbol(odd)'],
    ] as const) {
      it(`bring names across as text that are ${what}`, () => {
        const event = { name, time: [1, 2] };
        const status = { code: 2, message: name };
        const orphan = { ...LOG_EVENT, name, severityText: name, spanContext: undefined, reason: 'no_span' };

        const { spans, orphans } = connect().send([spanWith({ name, status, events: [event] })], [orphan as never]);

        expect([spans[0]!.name, spans[0]!.events[0]!.name, orphans[0]!.name]).to.deep.equal([text, text, text]);
      });
    }

    it('leave out an event without a time and a link without ids, which count as dropped', () => {
      const events = [{ name: 'fine', time: [1, 2] }, { name: 'odd' }, undefined, Object.create({}, { name: throwing })];
      const links = [{ context: undefined }, { context: spanContext }, { context: { traceId: 'a' } }, null];

      const { spans } = connect().send([spanWith({ events, links, droppedEventsCount: 2, droppedLinksCount: 1 }), endedSpan('b')]);

      expect(spans).to.have.length(2);
      expect(spans[0]!.events.map(({ name }) => name)).to.deep.equal(['fine']);
      expect(spans[0]!.links.map(({ context }) => context)).to.deep.equal([spanContext]);
      expect(spans[0]).to.include({ droppedEventsCount: 5, droppedLinksCount: 4 });
    });

    it('leave out an attribute, which counts as dropped', () => {
      const attributes = Object.create(null, { bad: throwing, good: { value: 1, enumerable: true } }) as object;
      const events = [{ name: 'event', time: [1, 2], attributes }];
      const links = [{ context: spanContext, attributes, droppedAttributesCount: 1 }];

      const { spans } = connect().send([spanWith({ attributes, events, links })]);

      expect(spans[0]).to.deep.include({ attributes: { good: 1 }, droppedAttributesCount: 1 });
      expect(spans[0]!.events[0]).to.deep.include({ attributes: { good: 1 }, droppedAttributesCount: 1 });
      expect(spans[0]!.links[0]).to.deep.include({ attributes: { good: 1 }, droppedAttributesCount: 2 });
    });

    it('take a count that is no number for 0', () => {
      const odd = { kind: undefined, droppedAttributesCount: 'many', droppedEventsCount: null, revision: {} };

      const { spans } = connect().send([spanWith(odd)]);

      expect(spans[0]).to.include({ kind: 0, droppedAttributesCount: 0, droppedEventsCount: 0 });
      expect(spans[0]).not.to.have.property('revision');
    });

    it('bring any spans across of which each part may be anything, and count those they do not', () => {
      const anything = fc.oneof(fc.anything(), fc.constantFrom(Symbol('s'), () => 1, new Proxy({}, {})));
      const members = fc.record(
        {
          name: anything,
          kind: anything,
          parentSpanContext: anything,
          startTime: anything,
          endTime: anything,
          status: anything,
          attributes: anything,
          links: fc.array(anything),
          events: fc.array(anything),
          instrumentationScope: anything,
          droppedEventsCount: anything,
          revision: anything,
        },
        { requiredKeys: [], noNullPrototype: true },
      );

      fc.assert(
        fc.property(fc.array(members, { maxLength: 5 }), (list) => {
          const { packer, unpacker } = connect();
          const batch = packer.pack([...list.map((odd) => spanWith(odd)), endedSpan('last')], []);
          // As a relay does with what cannot be cloned.
          const { spans } = unpacker.unpack(sent({ ...batch, values: batch.values.map(() => 'a value') }));

          expect(spans.length + packer.unreadable.spans).to.equal(list.length + 1);
          expect(spans.at(-1)!.name).to.equal('last');
          for (const { name, events } of spans) expect([name, ...events.map((event) => event.name)]).to.satisfy(areStrings);
        }),
        { numRuns: runs(100) },
      );
    });

    it('leave out an item that was changed on the way, and read the others', () => {
      const { packer, unpacker } = connect();
      const batch = sent(packer.pack([endedSpan('before'), endedSpan('changed'), endedSpan('after')], []));
      const second = 1 + batch.numbers[0]!;
      batch.numbers[second + 1] = 1e308;

      const { spans } = unpacker.unpack(batch);

      expect(spans.map(({ name }) => name)).to.deep.equal(['before', 'after']);
    });

    it('bring a resource across whose attributes are not all of a kind that can be sent', () => {
      const attributes = { 'service.name': 'shop', odd: { toString: throwing.get, valueOf: throwing.get } };
      const resource = { attributes, merge: () => resource, getRawAttributes: () => [] };

      const { spans } = connect().send([spanWith({ resource })]);

      expect(spans[0]!.resource.attributes).to.include({ 'service.name': 'shop' });
      expect(spans[0]!.resource.attributes['odd']).to.be.a('string');
    });

    it('settle a resource with what can be read, when its attributes cannot be read once they are there', async () => {
      const { settled, send } = connect();
      const resource = {
        asyncAttributesPending: true,
        waitForAsyncAttributes: () => Promise.reject(new Error('no detector')),
        get attributes(): never {
          throw new Error('not to be read');
        },
        getRawAttributes: () => [['service.name', 'shop']],
        merge: () => resource,
      };

      send([spanWith({ resource })]);
      await new Promise((resolve) => setImmediate(resolve));

      expect(settled).to.deep.equal([[0, { 'service.name': 'shop' }]]);
    });
  });

  it('send what a resource lacks as soon as it is there, and who waits for it gets it', async () => {
    const { unpacker, settled, send } = connect();
    const late = new Promise<string>((resolve) => setImmediate(() => resolve('h-1')));
    const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.id': late });
    const { tracer } = startSdk({ spanProcessors: [], resource });
    const span = tracer.startSpan('a', {}, ROOT_CONTEXT);
    span.end();

    const [received] = send([span as unknown as DeliveredSpan]).spans;
    const waiting = received!.resource.waitForAsyncAttributes!();
    expect(received!.resource.asyncAttributesPending).to.equal(true);
    expect(received!.resource.attributes).to.deep.equal({ 'service.name': 'shop' });
    await late;
    await new Promise((resolve) => setImmediate(resolve));
    for (const [id, attributes] of settled) unpacker.settle(id, attributes as never);
    await waiting;

    expect(received!.resource.asyncAttributesPending).to.equal(false);
    expect(received!.resource.attributes).to.deep.equal({ 'service.name': 'shop', 'host.id': 'h-1' });
  });

  it('let nobody wait for attributes that do not come any more', async () => {
    const { unpacker, send } = connect();
    const resource = resourceFromAttributes({ 'host.id': new Promise<string>(() => {}) });
    const { tracer } = startSdk({ spanProcessors: [], resource });
    const span = tracer.startSpan('a', {}, trace.deleteSpan(ROOT_CONTEXT));
    span.end();

    const [received] = send([span as unknown as DeliveredSpan]).spans;
    const waiting = received!.resource.waitForAsyncAttributes!();
    unpacker.end();

    await waiting;
    expect(received!.resource.asyncAttributesPending).to.equal(false);
  });
});

/** Without the members that are undefined, and -0 and NaN as they are. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  if ('serialize' in value) return (value as { serialize(): string }).serialize();
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(present.map(([key, member]) => [key, normal(member)]));
}
