import { ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import type { LogEvent } from '../../../src/model/log-event.js';
import type { ReadableSpan } from '../../../src/model/otel.js';
import { AmendableSpan } from '../../../src/cache/reconcile/amendable-spans.js';
import { Amendments } from '../../../src/cache/reconcile/amendments.js';
import { EventBucketPool } from '../../../src/cache/reconcile/event-bucket.js';
import { startSdk } from '../../sdk.js';

const { tracer } = startSdk({ spanProcessors: [] });

function delivered(): AmendableSpan {
  const span = tracer.startSpan('job', {}, ROOT_CONTEXT) as unknown as ReadableSpan;
  return new AmendableSpan(span.spanContext(), { original: span, delivered: span, exceptions: undefined }, 1, 0);
}

describe('Amendments', () => {
  it('count the events they have, not those that gave way', () => {
    const amendments = new Amendments(new EventBucketPool(), 2);
    const [span, other] = [delivered(), delivered()];
    const add = (to: AmendableSpan) => amendments.add(to, {} as LogEvent, 1);

    const gaveWay = [add(span), add(span), add(span), add(other)];

    expect(gaveWay).to.deep.equal([false, false, true, false]);
    expect(amendments.events).to.equal(3);
    expect(amendments.next).to.equal(span);
    expect(amendments.take(span)!.count).to.equal(2);
    expect(amendments.next).to.equal(other);
    expect(amendments.take(span)).to.equal(undefined);
    expect(amendments.events).to.equal(1);
  });
});
