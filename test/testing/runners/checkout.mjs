import { trace } from '@opentelemetry/api';

/* What the fixtures test: a tracer of module load, as applications have it. */

const tracer = trace.getTracer('shop');

/** @param {number} amount */
export async function checkout(amount) {
  return tracer.startActiveSpan('checkout', async (span) => {
    await new Promise(setImmediate);
    tracer.startActiveSpan('charge', (charge) => {
      charge.setAttribute('amount', amount);
      charge.end();
    });
    span.end();
  });
}

export function leak() {
  tracer.startSpan('leak');
}
