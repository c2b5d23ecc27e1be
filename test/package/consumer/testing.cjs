const { trace } = require('@opentelemetry/api');
const { logs } = require('@opentelemetry/api-logs');
const { traceTesting } = require('otel-span-cache/testing');

/* A CommonJS module that tests with the package, which finds the SDK by itself. Prints what it read. */

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
