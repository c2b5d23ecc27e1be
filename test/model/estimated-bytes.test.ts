import { expect } from 'chai';
import { estimatedEventBytes, estimatedSpanBytes, estimatedValueBytes } from '../../src/model/estimated-bytes.js';
import type { LogEvent } from '../../src/model/log-event.js';
import type { ReadableSpan } from '../../src/model/otel.js';

function throwing(member: string): object {
  return Object.defineProperty({}, member, {
    get: () => {
      throw new Error('unreadable');
    },
  });
}

const LONG = 'x'.repeat(10_000);

describe('The estimate of what an item keeps alive', () => {
  it('counts the texts of a span: name, status, attributes, events with their bodies, and links', () => {
    const empty = estimatedSpanBytes({} as ReadableSpan);
    const spans = [
      { name: LONG },
      { status: { code: 2, message: LONG } },
      { attributes: { a: LONG } },
      { attributes: { list: [LONG] } },
      { events: [{ name: LONG, body: LONG }] },
      { events: [{ name: 'log', body: { text: LONG } }] },
      { links: [{ attributes: { a: LONG } }] },
    ] as unknown as ReadableSpan[];

    for (const span of spans) expect(estimatedSpanBytes(span) - empty).to.be.within(10_000, 10_300);
  });

  it('is a number that can be added up, of items that throw or have odd lengths, too', () => {
    const odd = Object.assign(new Error('odd'), { message: 404 });
    const sizeless = Object.defineProperty(new Map(), 'size', { value: 'many' });
    const items = [
      ...['name', 'attributes', 'events', 'status'].map((member) => estimatedSpanBytes(throwing(member) as ReadableSpan)),
      ...[odd, sizeless, NaN, -1].map((value) => estimatedSpanBytes({ attributes: { value } } as never)),
      estimatedEventBytes(throwing('name') as LogEvent),
      estimatedEventBytes(null as never),
      estimatedEventBytes({ name: 'x', attributes: { odd } } as never),
      estimatedValueBytes(odd),
      estimatedValueBytes(sizeless),
    ];

    for (const bytes of items) expect(bytes).to.satisfy((value: number) => Number.isSafeInteger(value) && value >= 0);
  });
});
