import { ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import type { LogEvent } from '../../src/model/log-event.js';
import type { ReadableSpan } from '../../src/model/otel.js';
import { AmendableSpan, Amendments } from '../../src/reconcile/amendments.js';
import { EventBucketPool } from '../../src/reconcile/event-bucket.js';
import { startSdk } from '../sdk.js';

const { tracer } = startSdk({ spanProcessors: [] });

function delivered(): AmendableSpan {
  const span = tracer.startSpan('job', {}, ROOT_CONTEXT) as unknown as ReadableSpan;
  return new AmendableSpan(span.spanContext(), span, span, undefined);
}

describe('Amendments', () => {
  it('count the events they have, not those that gave way', () => {
    const amendments = new Amendments(new EventBucketPool(), 2);
    const [span, other] = [delivered(), delivered()];
    const add = (to: AmendableSpan) => amendments.add(to, {} as LogEvent);

    const gaveWay = [add(span), add(span), add(span), add(other)];

    expect(gaveWay).to.deep.equal([false, false, true, false]);
    expect(amendments.events).to.equal(3);
    expect(amendments.take()![0]).to.equal(span);
    expect(amendments.events).to.equal(1);
  });
});
