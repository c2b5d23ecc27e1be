import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import type { Resource } from '../../../src/model/otel.js';
import { ReceivedTexts } from '../../../src/threads/wire/received-texts.js';
import { SentTexts } from '../../../src/threads/wire/sent-texts.js';
import { ReceivedObjects, SentObjects } from '../../../src/threads/wire/shared-objects.js';

/** Both sides, with batches of records between them. */
function connect() {
  let settled = 0;
  const texts = new SentTexts();
  const sent = new SentObjects(texts, () => settled++);
  const receivedTexts = new ReceivedTexts();
  const received = new ReceivedObjects();
  /** Ends a batch, which arrives later, when the function is called. */
  const pack = () => {
    const records = sent.take();
    const { known, added, once } = texts.take();
    return () => {
      receivedTexts.add(known, added, once);
      received.add(records, receivedTexts);
    };
  };
  return { sent, received, settled: () => settled, pack, transfer: () => pack()() };
}

const ALL = { 'service.name': 'shop', 'host.id': 'h-1' };
const AT_FIRST = { 'service.name': 'shop' };

/** A resource with an attribute that is pending until `settle()` is called. */
function pendingResource(members: PropertyDescriptorMap = {}) {
  let resolve = () => {};
  const arrived = new Promise<void>((done) => (resolve = done));
  const resource: Resource = {
    asyncAttributesPending: true,
    waitForAsyncAttributes: () => arrived,
    attributes: ALL,
    getRawAttributes: () => [
      ['service.name', 'shop'],
      ['host.id', arrived.then(() => 'h-1')],
    ],
    merge: () => resource,
  };
  Object.defineProperties(resource, members);
  return {
    resource,
    settle: async () => {
      resolve();
      await new Promise((done) => setImmediate(done));
    },
  };
}

function unreadable(): never {
  throw new Error('not to be read');
}

/** A function that returns the entries of the first object, then of the next; it throws after the last. */
function inTurn(...objects: object[]): () => [string, unknown][] {
  const left = [...objects];
  return () => Object.entries(left.shift() ?? unreadable());
}

describe('SentObjects and ReceivedObjects', () => {
  for (const [what, scope] of [
    ['with a name', { name: 'http' }],
    ['with an empty name', { name: '' }],
    ['with a version', { name: 'http', version: '1.2.3' }],
    ['with a schema', { name: 'http', schemaUrl: 'https://schema' }],
    ['with all members', { name: 'http', version: '', schemaUrl: 'https://schema' }],
  ] as const) {
    it(`transfer a scope ${what}`, () => {
      const { sent, received, transfer } = connect();

      const place = sent.scope(scope);
      transfer();

      expect(received.scope(place)).to.deep.equal(scope);
    });
  }

  it('transfer the schema of a resource', () => {
    const { sent, received, transfer } = connect();
    const schemaUrl = 'https://schema';

    const places = [resourceFromAttributes({ a: 1 }, { schemaUrl }), resourceFromAttributes({ b: 2 })].map((resource) =>
      sent.resource(resource),
    );
    transfer();

    expect(places.map((place) => received.resource(place).schemaUrl)).to.deep.equal([schemaUrl, undefined]);
  });

  for (const missing of [undefined, null]) {
    it(`transfer ${missing} as an empty resource, of which nothing is pending, and as a scope without a name`, () => {
      const { sent, received, transfer } = connect();

      const places = [sent.resource(missing as undefined), sent.scope(missing as undefined)] as const;
      transfer();
      const [resource, scope] = [received.resource(places[0]), received.scope(places[1])];

      expect(resource).to.deep.include({ attributes: {}, asyncAttributesPending: false });
      expect(scope).to.deep.equal({ name: '' });
    });
  }

  it('leave out an attribute without a value while others are pending', () => {
    const { sent, received, transfer } = connect();
    const raw = [...Object.entries(AT_FIRST), ['host.name', undefined], ['host.id', Promise.resolve('h-1')]];
    const { resource } = pendingResource({ getRawAttributes: { value: () => raw } });

    const place = sent.resource(resource);
    transfer();

    expect(received.resource(place).attributes).to.deep.equal(AT_FIRST);
  });

  describe('once pending attributes have arrived', () => {
    for (const [what, membersOf, attributes] of [
      ['transfer all attributes', () => ({}), ALL],
      [
        'transfer all attributes of a resource without a wait',
        () => ({ waitForAsyncAttributes: { value: undefined } }),
        ALL,
      ],
      [
        'transfer the attributes that can be read one by one, if that is the only way',
        () => ({ attributes: { get: unreadable }, getRawAttributes: { value: inTurn(AT_FIRST, ALL) } }),
        ALL,
      ],
      [
        'keep the earlier attributes if none can be read any more',
        () => ({ attributes: { get: unreadable }, getRawAttributes: { value: inTurn(AT_FIRST) } }),
        AT_FIRST,
      ],
    ] as const) {
      it(what, async () => {
        const { sent, received, settled, transfer } = connect();
        const { resource, settle } = pendingResource(membersOf());
        const place = sent.resource(resource);
        transfer();
        const before = received.resource(place);
        const { attributes: first, asyncAttributesPending: wasPending } = before;

        await settle();
        transfer();

        expect([first, wasPending, settled()]).to.deep.equal([AT_FIRST, true, 1]);
        expect(before).to.deep.include({ attributes, asyncAttributesPending: false });
        expect(received.resource(place)).to.equal(before);
      });
    }

    it('read the objects that follow, even if the resource was lost', async () => {
      const { sent, received, pack, transfer } = connect();
      const { resource, settle } = pendingResource();
      const place = sent.resource(resource);
      pack();

      await settle();
      const scope = sent.scope({ name: 'http' });
      transfer();

      expect(received.resource(place).attributes).to.deep.equal({});
      expect(received.scope(scope)).to.deep.equal({ name: 'http' });
    });

    it('do not transfer them after a restart, when their place belongs to another resource', async () => {
      const { sent, received, settled, transfer } = connect();
      const { resource, settle } = pendingResource();
      sent.resource(resource);
      transfer();

      sent.restart();
      received.restart();
      const place = sent.resource(resourceFromAttributes({ 'service.name': 'other' }));
      await settle();
      transfer();

      expect(settled()).to.equal(0);
      expect(received.resource(place).attributes).to.deep.equal({ 'service.name': 'other' });
    });
  });
});

describe('SentObjects', () => {
  for (const [what, limit, add] of [
    ['64 resources', 64, (sent: SentObjects, id: number) => sent.resource(resourceFromAttributes({ id }))],
    ['1,024 scopes', 1_024, (sent: SentObjects, id: number) => sent.scope({ name: `scope ${id}` })],
  ] as const) {
    it(`is full with ${what}, until it is restarted`, () => {
      const { sent } = connect();
      for (let id = 1; id < limit; id++) add(sent, id);

      const before = sent.full;
      add(sent, limit);
      const after = sent.full;
      sent.restart();

      expect([before, after, sent.full]).to.deep.equal([false, true, false]);
    });
  }
});

describe('ReceivedObjects', () => {
  it('ends the wait for attributes at a restart', async () => {
    const { sent, received, transfer } = connect();
    const place = sent.resource(pendingResource().resource);
    transfer();
    const resource = received.resource(place);

    received.restart();
    await resource.waitForAsyncAttributes();

    expect(resource).to.deep.include({ attributes: AT_FIRST, asyncAttributesPending: false });
    expect(received.resource(place).attributes).to.deep.equal({});
  });

  it('ignores the records after one of an unknown type', () => {
    const { sent, received } = connect();
    const texts = new ReceivedTexts();
    const [before, after] = ['before', 'after'].map((name) => {
      const place = sent.scope({ name });
      return { place, record: sent.take() };
    });
    const unknown = [5, 1];

    received.add(Uint8Array.from([...before!.record, ...unknown, ...after!.record]), texts);

    expect(received.scope(before!.place).name).to.equal('before');
    expect(received.scope(after!.place).name).to.equal('');
  });
});
