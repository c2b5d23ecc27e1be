import { trace } from '@opentelemetry/api';

/* The application of the fixtures: its tracer is created when the module is loaded, as in real applications. */

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
