import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import type { ReadableSpan } from '../../../src/model/otel.js';
import { SpanClass } from '../../../src/cache/reconcile/span-class.js';

describe('SpanClass', () => {
  const tracer = new BasicTracerProvider().getTracer('test');
  const newSpan = () => tracer.startSpan('span') as unknown as ReadableSpan;
  const batch = (...items: unknown[]) => ({ items: items as ReadableSpan[], length: items.length });

  it('recognises no span before it has learned a class', () => {
    expect(new SpanClass().includes(batch(newSpan()))).to.equal(false);
    expect(new SpanClass().includes(batch({}))).to.equal(false);
  });

  it('recognises the spans of the learned class', () => {
    const known = new SpanClass();

    known.learn(newSpan());

    expect(known.includes(batch(newSpan(), newSpan()))).to.equal(true);
  });

  it('reads only the filled slots', () => {
    const known = new SpanClass();
    known.learn(newSpan());

    expect(known.includes({ items: [newSpan(), undefined], length: 1 })).to.equal(true);
  });

  const strangers: Record<string, () => unknown> = {
    'a span whose spanContext() is its own': () => Object.assign(newSpan(), { spanContext: () => undefined }),
    'what has no spanContext()': () => ({}),
    'what is no object': () => undefined,
    'what throws when looked at': () =>
      Object.defineProperty({}, 'spanContext', {
        get() {
          throw new Error('unreadable');
        },
      }),
  };
  for (const [what, stranger] of Object.entries(strangers)) {
    it(`does not recognise ${what}, even as the last of a batch`, () => {
      const known = new SpanClass();
      known.learn(newSpan());

      expect(known.includes(batch(newSpan(), newSpan(), stranger()))).to.equal(false);
    });
  }

  it('learns nothing from a span with an own property spanContext', () => {
    const known = new SpanClass();
    const own = Object.assign(newSpan(), { spanContext: newSpan().spanContext.bind(newSpan()) });

    known.learn(own);

    expect(known.includes(batch(own))).to.equal(false);
  });
});
