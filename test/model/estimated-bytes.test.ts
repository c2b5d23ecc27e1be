import { expect } from 'chai';
import fc from 'fast-check';
import {
  estimatedEventBytes,
  estimatedListBytes,
  estimatedSpanBytes,
  estimatedValueBytes,
} from '../../src/model/estimated-bytes.js';
import type { LogEvent } from '../../src/model/log-event.js';
import type { ReadableSpan } from '../../src/model/otel.js';
import { startSdk } from '../sdk.js';

const { tracer } = startSdk({ spanProcessors: [] });

function spanWith(members: object): ReadableSpan {
  return {
    name: 'job',
    attributes: {},
    events: [],
    links: [],
    status: { code: 0 },
    ...members,
  } as unknown as ReadableSpan;
}

function eventWith(members: object): LogEvent {
  return { name: 'line', attributes: {}, body: 'line', ...members } as unknown as LogEvent;
}

/** The bytes that a body adds to the estimate of an event. */
function addedBy(body: unknown): number {
  return estimatedEventBytes(eventWith({ body })) - estimatedEventBytes(eventWith({ body: undefined }));
}

const KILOBYTES = 'x'.repeat(10_000);
const SHARED_BUFFER = new ArrayBuffer(100_000);
const CYCLIC: Record<string, unknown> = { text: KILOBYTES };
CYCLIC['self'] = CYCLIC;

function broken(): never {
  throw new Error('unreadable');
}

describe('estimatedSpanBytes()', () => {
  it('counts name, status, attributes, events and links of a span of the SDK', () => {
    const empty = tracer.startSpan('');
    const full = tracer.startSpan(KILOBYTES, {
      links: [{ context: empty.spanContext(), attributes: { text: KILOBYTES } }],
    });
    full.setAttribute('text', KILOBYTES);
    full.setAttribute('list', [KILOBYTES, KILOBYTES]);
    full.addEvent(KILOBYTES, { text: KILOBYTES });
    full.setStatus({ code: 2, message: KILOBYTES });

    const added =
      estimatedSpanBytes(full as unknown as ReadableSpan) - estimatedSpanBytes(empty as unknown as ReadableSpan);

    expect(added).to.be.within(80_000, 82_000);
  });

  it('counts the bodies of log events that are not their names', () => {
    const plain = spanWith({ events: [eventWith({ body: 'line' })] });
    const deep = spanWith({ events: [eventWith({ body: { text: KILOBYTES } })] });

    expect(estimatedSpanBytes(deep) - estimatedSpanBytes(plain)).to.be.within(10_000, 10_100);
  });

  const ODD: Record<string, unknown> = {
    'no object': undefined,
    'without members': {},
    'whose events cannot be read': Object.defineProperty({}, 'events', { get: broken }),
    'whose events are no list': { events: 7 },
    'with an event that is none': { events: [null] },
    'whose attributes cannot be listed': { attributes: new Proxy({}, { ownKeys: broken }) },
    'whose names are no texts': { name: 7, status: { message: {} } },
    'with a size that is no number': {
      attributes: { bytes: Object.defineProperty(new Uint8Array(1), 'byteLength', { value: NaN }) },
    },
    'with a size below zero': {
      attributes: { bytes: Object.defineProperty(new Uint8Array(1), 'byteLength', { value: -1e9 }) },
    },
  };
  for (const [what, span] of Object.entries(ODD)) {
    it(`is a positive number for a span ${what}`, () => {
      expect(estimatedSpanBytes(span as ReadableSpan)).to.be.within(800, 4_000);
    });
  }
});

describe('estimatedEventBytes()', () => {
  it('counts a body that is the name once', () => {
    const once = estimatedEventBytes(eventWith({ name: KILOBYTES, body: KILOBYTES }));

    expect(once).to.be.within(10_000, 10_500);
  });

  const BODIES: Record<string, [body: unknown, from: number, to: number]> = {
    'a number': [7, 0, 0],
    'a text': [KILOBYTES, 10_000, 10_000],
    'nested values': [{ a: { b: [KILOBYTES, { c: KILOBYTES }] } }, 20_000, 20_200],
    bytes: [new Uint8Array(10_000), 10_000, 10_000],
    'a view of a part, which keeps the whole': [new Uint8Array(100_000).subarray(0, 10_000), 100_000, 100_000],
    'a view of what many share': [new Uint8Array(8_192).subarray(0, 100), 100, 100],
    'several views of the same': [
      Array.from({ length: 10 }, () => new Uint8Array(SHARED_BUFFER, 0, 10)),
      100_000,
      101_000,
    ],
    'a buffer': [SHARED_BUFFER, 100_000, 100_000],
    'an Error': [new Error(KILOBYTES), 10_000, 12_000],
    'an Error with what it is about': [
      Object.assign(new Error('failed'), { response: { data: KILOBYTES } }),
      10_000,
      12_000,
    ],
    'an Error with its cause': [new Error('failed', { cause: { data: KILOBYTES } }), 10_000, 12_000],
    'an AggregateError': [new AggregateError([new Error(KILOBYTES)]), 10_000, 13_000],
    'a Map': [new Map([['a', KILOBYTES]]), 10_000, 10_100],
    'a Map with long keys': [new Map([[KILOBYTES, 1]]), 10_000, 10_100],
    'long keys': [{ [KILOBYTES]: 1 }, 10_000, 10_100],
    'a text behind many other entries': [
      { ...Object.fromEntries(Array(300).entries()), last: KILOBYTES },
      14_000,
      16_000,
    ],
    'a text behind many other items': [[...Array.from({ length: 300 }, () => 1), KILOBYTES], 14_000, 16_000],
    'an object that contains itself, once': [CYCLIC, 10_000, 10_100],
    'an object that comes again and again, once': [Array.from({ length: 100 }, () => CYCLIC), 10_000, 12_000],
    'a Set': [new Set([KILOBYTES]), 10_000, 10_100],
    'an object of a class': [
      new (class {
        text = KILOBYTES;
      })(),
      10_000,
      10_100,
    ],
    'an object without a prototype': [
      Object.assign(Object.create(null) as object, { text: KILOBYTES }),
      10_000,
      10_100,
    ],
    'a long list, by its first items': [Array.from({ length: 10_000 }, () => 'x'.repeat(100)), 1_000_000, 1_200_000],
    'many entries, by the first ones': [
      Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key ${i}`, 'x'.repeat(100)])),
      1_000_000,
      1_200_000,
    ],
    'what cannot be read': [Object.defineProperty({}, 'text', { get: broken, enumerable: true }), 1_024, 1_024],
  };
  for (const [what, [body, from, to]] of Object.entries(BODIES)) {
    it(`counts ${what}`, () => {
      expect(addedBy(body)).to.be.within(from, to);
    });
  }

  it('comes to an end with values that refer to each other', () => {
    const all: object[] = Array.from({ length: 30 }, () => ({}));
    for (const each of all) Object.assign(each, Object.fromEntries(all.entries()));

    expect(addedBy(all[0])).to.be.within(16 * 30, 16 * 30 * 2_000);
  });

  it('reads no more values of a large list than of a small one', () => {
    let reads = 0;
    const counted = (length: number) =>
      Array.from({ length }, () => ({
        get text() {
          reads++;
          return 'x';
        },
      }));

    addedBy(counted(128));
    const small = reads;
    reads = 0;
    addedBy(counted(100_000));

    expect([small, reads]).to.deep.equal([128, 128]);
  });

  it('is finite and no smaller than that of an empty event, for any value', () => {
    const least = estimatedEventBytes(eventWith({ name: '', body: undefined }));
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withSet: true, withTypedArray: true, withNullPrototype: true }),
        (value) => {
          const bytes = estimatedEventBytes(eventWith({ name: '', body: value, attributes: value }));

          expect(bytes).to.be.at.least(least).and.below(Infinity);
        },
      ),
    );
  });
});

describe('estimatedListBytes() and estimatedValueBytes()', () => {
  it('add up to the estimate for the span', () => {
    const events = [eventWith({ attributes: { text: KILOBYTES } }), eventWith({ body: { text: KILOBYTES } })];
    const attributes = { text: KILOBYTES };

    const added = estimatedSpanBytes(spanWith({ attributes, events })) - estimatedSpanBytes(spanWith({}));

    expect(estimatedListBytes(events) + estimatedValueBytes(attributes)).to.equal(added);
  });

  it('are numbers that can be added up, for any values', () => {
    const odd = [null, 7, {}, Object.assign(new Error('odd'), { message: 404 })];

    for (const value of odd) {
      expect(estimatedListBytes([value as never]))
        .to.be.at.least(0)
        .and.below(Infinity);
      expect(estimatedValueBytes(value)).to.be.at.least(0).and.below(Infinity);
    }
  });
});
