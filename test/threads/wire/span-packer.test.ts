import { createTraceState, ROOT_CONTEXT, trace, TraceFlags, type Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import fc from 'fast-check';
import type { DeliveredSpan, LogEvent, OrphanEvent } from '../../../src/index.js';
import { packedBytes, type PackedBatch } from '../../../src/threads/wire/packed-batch.js';
import { packedFromBytes, packedToBytes } from '../../../src/threads/wire/packed-bytes.js';
import { SpanPacker } from '../../../src/threads/wire/span-packer.js';
import { SpanUnpacker } from '../../../src/threads/wire/span-unpacker.js';
import { codePoint } from '../../code-point.js';
import { runs } from '../../property-runs.js';
import { plain } from '../../scenarios/threads/plain.mjs';
import { startService } from '../../scenarios/service.js';
import { startSdk } from '../../sdk.js';

const { tracer } = startSdk({ spanProcessors: [] });

function endedSpan(name: string, attributes: Attributes = {}): DeliveredSpan {
  const span = tracer.startSpan(name, { attributes }, ROOT_CONTEXT);
  span.end();
  return span as unknown as DeliveredSpan;
}

/** The two ways from a packer to an unpacker. */
const WAYS: Record<string, (batch: PackedBatch) => PackedBatch> = {
  'between threads': (batch) => structuredClone(batch),
  'as bytes': (batch) => packedFromBytes(packedToBytes(batch)),
};

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
function connect(marks: Attributes = {}, way = WAYS['between threads']!) {
  let settled = 0;
  const packer = new SpanPacker({ onSettled: () => settled++ });
  const unpacker = new SpanUnpacker(marks);
  return {
    packer,
    unpacker,
    settled: () => settled,
    send: (spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[] = []) =>
      unpacker.unpack(way(packer.pack({ spans, orphans }))),
  };
}

describe('SpanPacker and SpanUnpacker', () => {
  for (const [name, way] of Object.entries(WAYS)) {
    it(`transfer any spans unchanged, ${name}`, () => bringAnySpansAcross(way));
  }

  function bringAnySpansAcross(way: (batch: PackedBatch) => PackedBatch): void {
    const value = fc.oneof(
      fc.string({ unit: codePoint }),
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
      attributes: fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        fc.jsonValue(),
      ),
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
        const { send } = connect({}, way);
        for (const batch of batches) {
          const spans = batch as unknown as DeliveredSpan[];
          expect(normal(send(spans).spans.map(plain))).to.deep.equal(normal(spans.map(plain)));
        }
      }),
      { numRuns: runs(50) },
    );
  }

  it('transfer orphans with their reason and their span', () => {
    const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
    const orphans: OrphanEvent[] = [
      { ...LOG_EVENT, spanContext, reason: 'late' },
      { ...LOG_EVENT, spanContext: undefined, reason: 'no_span' },
    ];

    const received = connect().send([], orphans);

    expect(received).to.deep.equal({ spans: [], orphans, dropped: 0, droppedOrphans: 0 });
  });

  it("transfer the resource of a log event as the same object as its spans' resource", () => {
    const span = endedSpan('a', {});
    const { resource } = span;
    const event = {
      name: 'logged',
      time: [1, 2],
      observedTime: [1, 2],
      instrumentationScope: { name: 'log' },
      resource,
    };

    const { spans, orphans } = connect().send(
      [span],
      [{ ...event, attributes: {}, reason: 'late' } as unknown as OrphanEvent],
    );

    expect(orphans[0]!.resource).to.equal(spans[0]!.resource);
    expect(orphans[0]!.resource!.attributes).to.deep.equal(resource.attributes);
  });

  it('mark spans and orphans with their thread, unless they have that attribute', () => {
    const { send } = connect({ 'thread.id': 7, 'thread.name': 'resizer' });

    const { spans } = send([endedSpan('a', { own: 1 }), endedSpan('b', { 'thread.name': 'mine' })]);

    expect(spans.map(({ attributes }) => attributes)).to.deep.equal([
      { own: 1, 'thread.id': 7, 'thread.name': 'resizer' },
      { 'thread.name': 'mine', 'thread.id': 7 },
    ]);
  });

  it('add no mark without a value', () => {
    const { send } = connect({ 'thread.id': 0, 'thread.name': undefined });

    const { spans } = send([endedSpan('a')]);

    expect(spans[0]!.attributes).to.deep.equal({ 'thread.id': 0 });
  });

  it('transfer the revision of a span that is delivered again', () => {
    const again = Object.create(endedSpan('a') as object, { revision: { value: 2 } }) as DeliveredSpan;

    const { spans } = connect().send([again, endedSpan('b')]);

    expect(spans[0]).to.have.property('revision', 2);
    expect(spans[1]).not.to.have.property('revision');
  });

  it('send a resource and a scope once, and share them among all spans', () => {
    const { packer, unpacker } = connect();
    const { start } = startService();
    const [a, b] = ['a', 'b'].map((name) => {
      const span = start(name);
      span.end();
      return span as unknown as DeliveredSpan;
    });

    const first = packer.pack({ spans: [a!] });
    const second = packer.pack({ spans: [b!] });
    const [one] = unpacker.unpack(first).spans;
    const [other] = unpacker.unpack(second).spans;

    expect(first.objects.length).to.be.above(0);
    expect(second.objects.length).to.equal(0);
    expect(other!.resource).to.equal(one!.resource);
    expect(other!.instrumentationScope).to.equal(one!.instrumentationScope);
  });

  it('restart with the next batch after too many resources', () => {
    const { packer, unpacker } = connect();
    const span = endedSpan('a');
    const spanOf = (id: number) =>
      Object.create(span as object, { resource: { value: resourceFromAttributes({ id }) } }) as DeliveredSpan;

    const restarts = Array.from({ length: 200 }, (_, id) => {
      const batch = packer.pack({ spans: [spanOf(id)] });
      expect(unpacker.unpack(batch).spans[0]!.resource.attributes).to.deep.equal({ id });
      return batch.restart;
    });

    expect(restarts.filter(Boolean)).to.have.length(4);
  });

  it('transfer a log event without a resource', () => {
    const orphans = [undefined, null].map((resource) => {
      return { ...LOG_EVENT, resource, spanContext: undefined, reason: 'no_span' } as OrphanEvent;
    });

    const received = connect().send([], orphans);

    expect(received.orphans.map(({ resource }) => resource)).to.deep.equal([undefined, undefined]);
  });

  it('transfer the resource of a log event once for all that share it', () => {
    const { packer, unpacker } = connect();
    const resource = resourceFromAttributes({ 'service.name': 'shop' });
    const orphan = { ...LOG_EVENT, resource, spanContext: undefined, reason: 'no_span' } as OrphanEvent;

    const batch = packer.pack({ orphans: [orphan, orphan] });
    const [one, other] = unpacker.unpack(batch).orphans as (OrphanEvent & { resource: typeof resource })[];

    expect(packer.pack({ orphans: [orphan] }).objects).to.have.length(0);
    expect(one!.resource.attributes).to.deep.equal({ 'service.name': 'shop' });
    expect(other!.resource).to.equal(one!.resource);
  });

  describe('with unreadable parts', () => {
    const throwing = {
      get: () => {
        throw new Error('not to be read');
      },
      enumerable: true,
    };
    const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };

    /** A span of the SDK with some of its members replaced. */
    function spanWith(members: Record<string, unknown>, descriptors: PropertyDescriptorMap = {}): DeliveredSpan {
      const replaced = Object.fromEntries(
        Object.entries(members).map(([key, value]) => [key, { value, enumerable: true }]),
      );
      return Object.create(endedSpan('a') as object, { ...replaced, ...descriptors }) as DeliveredSpan;
    }

    it('omit and count that span or orphan, and transfer the others', () => {
      const { packer, send } = connect();
      const unreadable = [
        spanWith({}, { links: throwing }),
        spanWith({ spanContext: () => ({ traceId: 1, spanId: 2, traceFlags: 1 }) }),
        spanWith({ startTime: undefined }),
      ];

      const { spans } = send(
        [endedSpan('before'), ...unreadable, endedSpan('after')],
        [{ reason: 'late' } as OrphanEvent],
      );

      expect(spans.map(({ name }) => name)).to.deep.equal(['before', 'after']);
      expect(packer.unreadable).to.deep.equal({ spans: 3, orphans: 1 });
    });

    for (const [what, name, text] of [
      ['nothing', undefined, 'undefined'],
      ['a number', 404, '404'],
      ['a symbol', Symbol('odd'), 'Symbol(odd)'],
    ] as const) {
      it(`transfer as text a name that is ${what}`, () => {
        const event = { name, time: [1, 2] };
        const status = { code: 2, message: name };
        const orphan = { ...LOG_EVENT, name, severityText: name, spanContext: undefined, reason: 'no_span' };

        const { spans, orphans } = connect().send([spanWith({ name, status, events: [event] })], [orphan as never]);

        expect([spans[0]!.name, spans[0]!.events[0]!.name, orphans[0]!.name]).to.deep.equal([text, text, text]);
      });
    }

    it('omit an event without a time and a link without ids, which count as dropped', () => {
      const events = [
        { name: 'fine', time: [1, 2] },
        { name: 'odd' },
        undefined,
        Object.create({}, { name: throwing }),
      ];
      const links = [{ context: undefined }, { context: spanContext }, { context: { traceId: 'a' } }, null];

      const { spans } = connect().send([
        spanWith({ events, links, droppedEventsCount: 2, droppedLinksCount: 1 }),
        endedSpan('b'),
      ]);

      expect(spans).to.have.length(2);
      expect(spans[0]!.events.map(({ name }) => name)).to.deep.equal(['fine']);
      expect(spans[0]!.links.map(({ context }) => context)).to.deep.equal([spanContext]);
      expect(spans[0]).to.include({ droppedEventsCount: 5, droppedLinksCount: 4 });
    });

    it('omit an attribute, which counts as dropped', () => {
      const attributes = Object.create(null, { bad: throwing, good: { value: 1, enumerable: true } }) as object;
      const events = [{ name: 'event', time: [1, 2], attributes }];
      const links = [{ context: spanContext, attributes, droppedAttributesCount: 1 }];

      const { spans } = connect().send([spanWith({ attributes, events, links })]);

      expect(spans[0]).to.deep.include({ attributes: { good: 1 }, droppedAttributesCount: 1 });
      expect(spans[0]!.events[0]).to.deep.include({ attributes: { good: 1 }, droppedAttributesCount: 1 });
      expect(spans[0]!.links[0]).to.deep.include({ attributes: { good: 1 }, droppedAttributesCount: 2 });
    });

    it('treat a count that is not a number as 0', () => {
      const odd = { kind: undefined, droppedAttributesCount: 'many', droppedEventsCount: null, revision: {} };

      const { spans } = connect().send([spanWith(odd)]);

      expect(spans[0]).to.include({ kind: 0, droppedAttributesCount: 0, droppedEventsCount: 0 });
      expect(spans[0]).not.to.have.property('revision');
    });

    it('transfer or count spans with any value in any part', () => {
      const anything = fc.oneof(
        fc.anything(),
        fc.constantFrom(Symbol('s'), () => 1, new Proxy({}, {})),
      );
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
          const batch = packer.pack({ spans: [...list.map((odd) => spanWith(odd)), endedSpan('last')] });
          const { spans, dropped } = unpacker.unpack(structuredClone(batch));

          expect(spans.length + dropped).to.equal(list.length + 1);
          expect(dropped).to.equal(packer.unreadable.spans);
          expect(spans.at(-1)!.name).to.equal('last');
          for (const { name, events } of spans)
            expect([name, ...events.map((event) => event.name)]).to.satisfy(areStrings);
        }),
        { numRuns: runs(100) },
      );
    });

    it('omit an item that was changed in transit, and read the others', () => {
      const { packer, unpacker } = connect();
      const batch = packer.pack({ spans: [endedSpan('before'), endedSpan('changed'), endedSpan('after')] });
      const view = new DataView(batch.items.buffer);
      const second = 4 + view.getUint32(0);
      // The form of its span context.
      batch.items[second + 4 + 1] = 0;

      const { spans, dropped } = unpacker.unpack(batch);

      expect(spans.map(({ name }) => name)).to.deep.equal(['before', 'after']);
      expect(dropped).to.equal(1);
    });

    it('transfer a resource with attributes that cannot be sent', () => {
      const attributes = { 'service.name': 'shop', odd: { toString: throwing.get, valueOf: throwing.get } };
      const resource = { attributes, merge: () => resource, getRawAttributes: () => [] };

      const { spans } = connect().send([spanWith({ resource })]);

      expect(spans[0]!.resource.attributes).to.include({ 'service.name': 'shop' });
      expect(spans[0]!.resource.attributes['odd']).to.be.a('string');
    });

    it('settle a resource with its readable attributes if the pending ones are unreadable', async () => {
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

      const { resource: received } = send([spanWith({ resource })]).spans[0]!;
      await new Promise((resolve) => setImmediate(resolve));
      send([]);

      expect(settled()).to.equal(1);
      expect(received.asyncAttributesPending).to.equal(false);
      expect(received.attributes).to.deep.equal({ 'service.name': 'shop' });
    });
  });

  it('send pending attributes of a resource with the next batch, and end the wait for them', async () => {
    const { settled, send } = connect();
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
    expect(settled()).to.equal(1);
    send([]);
    await waiting;

    expect(received!.resource.asyncAttributesPending).to.equal(false);
    expect(received!.resource.attributes).to.deep.equal({ 'service.name': 'shop', 'host.id': 'h-1' });
  });

  it('end the wait for attributes when no further batch arrives', async () => {
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

describe('SpanPacker', () => {
  it('refuses options of the wrong type', () => {
    expect(() => new SpanPacker({ onSettled: 'soon' as never })).to.throw(
      TypeError,
      "onSettled must be a function, got 'soon' (string)",
    );
  });

  it('packs nothing into an empty batch, the first of which starts the tables', () => {
    const packer = new SpanPacker();
    const nothing = { spans: 0, orphans: 0, dropped: 0, droppedOrphans: 0, known: 0, added: [], once: [] };
    const empty = { version: 1, ...nothing, objects: new Uint8Array(), items: new Uint8Array() };

    const batches = [packer.pack({}), packer.pack({ spans: [], orphans: [] })];

    expect(batches).to.deep.equal([
      { ...empty, restart: true },
      { ...empty, restart: false },
    ]);
  });

  it('sends a repeated text once over any number of batches', () => {
    const { packer, unpacker } = connect();
    const spans = () =>
      Array.from({ length: 10 }, (_, id) => endedSpan('GET /orders/:id', { 'user.role': 'admin', id: `id-${id}` }));

    const batches = Array.from({ length: 5 }, () => packer.pack({ spans: spans() }));

    const texts = batches.flatMap(({ added, once }) => [...added, ...once]);
    expect(texts.filter((text) => text === 'GET /orders/:id')).to.have.length(1);
    expect(texts.filter((text) => text === 'user.role')).to.have.length(1);
    for (const batch of batches) {
      const received = unpacker.unpack(batch).spans;
      expect(received.map(({ name }) => name)).to.deep.equal(Array.from({ length: 10 }, () => 'GET /orders/:id'));
      expect(received.map(({ attributes }) => attributes['id'])).to.deep.equal(
        spans().map(({ attributes }) => attributes['id']),
      );
    }
  });

  it('keeps texts of 64 characters, but sends a longer text with each batch', () => {
    const { packer, unpacker } = connect();
    const kept = 'k'.repeat(64);
    const long = 'l'.repeat(65);
    const spans = [kept, kept, long, long].map((name) => endedSpan(name));

    const batches = [packer.pack({ spans }), packer.pack({ spans })];

    expect(batches.map(({ added }) => added.includes(kept))).to.deep.equal([true, false]);
    expect(batches.map(({ added }) => added.includes(long))).to.deep.equal([false, false]);
    for (const batch of batches) {
      expect(batch.once.filter((text) => text === long)).to.have.length(2);
      expect(unpacker.unpack(batch).spans.map(({ name }) => name)).to.deep.equal([kept, kept, long, long]);
    }
  });

  it('restarts its table when it is full, and keeps it bounded within a batch', () => {
    const { packer, unpacker } = connect();
    // Each text comes twice.
    const spans = Array.from({ length: 6_000 }, (_, id) => endedSpan(`name ${id}`, { again: `name ${id}` }));

    const first = packer.pack({ spans });
    const second = packer.pack({ spans });

    expect(first.added).to.have.length(4_096);
    expect([first.restart, second.restart]).to.deep.equal([true, true]);
    for (const batch of [first, second]) {
      expect(unpacker.unpack(batch).spans.map(({ name }) => name)).to.deep.equal(spans.map(({ name }) => name));
    }
  });

  it('takes less than 200 bytes for a span with four attributes', () => {
    const packer = new SpanPacker();
    const spans = (from: number) =>
      Array.from({ length: 256 }, (_, id) =>
        endedSpan('POST /orders', {
          'http.request.method': 'POST',
          'http.route': '/orders',
          'http.response.status_code': 201,
          'order.id': `ord_${from + id}`,
        }),
      );

    packer.pack({ spans: spans(0) });

    expect(packedBytes(packer.pack({ spans: spans(256) })) / 256).to.be.below(200);
  });

  it('reports losses with the batch, and adds items that it cannot read', () => {
    const odd = Object.create(endedSpan('odd') as object, { links: { value: null } }) as DeliveredSpan;

    const batch = new SpanPacker().pack({ spans: [odd, endedSpan('a')], dropped: 2, droppedOrphans: 3 });

    expect(batch).to.include({ spans: 1, dropped: 3, droppedOrphans: 3 });
  });
});

describe('SpanUnpacker', () => {
  const spansOf = (name: string) => [endedSpan(name, { key: 'value' }), endedSpan(name, { key: 'value' })];

  it('counts items that refer to a lost batch as dropped, and reads everything after a restart', () => {
    const { packer, unpacker } = connect();
    packer.pack({ spans: spansOf('lost') });

    const after = unpacker.unpack(packer.pack({ spans: [...spansOf('lost'), ...spansOf('new')] }));
    packer.restart();
    const restarted = unpacker.unpack(packer.pack({ spans: spansOf('lost') }));

    expect(after.spans.length + after.dropped).to.equal(4);
    expect(after.dropped).to.be.above(0);
    expect(restarted.dropped).to.equal(0);
    expect(restarted.spans.map(({ name }) => name)).to.deep.equal(['lost', 'lost']);
  });

  it('ends the wait for attributes at a restart, after which none arrive', async () => {
    const { packer, send } = connect();
    const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.id': new Promise<string>(() => {}) });
    const span = startSdk({ spanProcessors: [], resource }).tracer.startSpan('a', {}, ROOT_CONTEXT);
    span.end();
    const received = send([span as unknown as DeliveredSpan]).spans[0]!.resource;

    packer.restart();
    send([]);
    await received.waitForAsyncAttributes!();

    expect(received).to.deep.include({ asyncAttributesPending: false, attributes: { 'service.name': 'shop' } });
  });

  it('throws for data that no packer writes, and continues reading', () => {
    const { packer, unpacker } = connect();
    const batch = packer.pack({ spans: spansOf('a') });

    for (const garbage of [
      undefined,
      7,
      'text',
      {},
      [],
      { ...batch, version: 2 },
      { ...batch, items: new Uint8Array(3) },
    ]) {
      expect(() => unpacker.unpack(garbage)).to.throw(TypeError, /^a packed batch must/);
    }

    expect(unpacker.unpack(batch).spans).to.have.length(2);
  });
});

describe('packedFromBytes', () => {
  it('throws for cut or changed bytes, or returns a batch that accounts for all spans', () => {
    const batch = new SpanPacker().pack({
      spans: [endedSpan('a', { text: '\ud800 ä 漢' }), endedSpan('b')],
      dropped: 1,
    });
    const bytes = packedToBytes(batch);

    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const changed = cut ? bytes.slice(0, at) : Uint8Array.from(bytes);
        if (!cut) changed[at] = byte;
        let read: PackedBatch;
        try {
          read = packedFromBytes(changed);
        } catch (error) {
          expect(error).to.be.instanceOf(TypeError);
          return;
        }
        const { spans, dropped } = new SpanUnpacker().unpack(read);
        expect(spans.length + dropped).to.equal(read.spans + read.dropped);
      }),
      { numRuns: runs(400) },
    );
  });

  it('rejects values that are not bytes', () => {
    expect(() => packedFromBytes('OSC' as never)).to.throw(TypeError, 'a packed batch must be a Uint8Array');
    expect(() => packedFromBytes(new Uint8Array(64))).to.throw(TypeError, 'signature');
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
