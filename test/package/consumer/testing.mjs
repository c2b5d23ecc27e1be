import { trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { traceTesting } from 'otel-span-cache/testing';

/* An ES module that tests with the package, which finds the SDK by itself. Prints what it read. */

async function main() {
  const tracing = traceTesting();
  const run = await tracing.run(() =>
    trace.getTracer('consumer').startActiveSpan('checkout', (span) => {
      trace.getTracer('consumer').startSpan('charge').end();
      logs.getLogger('consumer').emit({ body: 'paid' });
      span.end();
    }),
  );
  await run.waitForTrace({ root: 'checkout' });
  console.log(JSON.stringify(run.spans.map(({ name }) => name)), JSON.stringify(run.logs.map((log) => log.body)));
}

void main();
