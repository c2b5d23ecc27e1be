const { remoteScope } = require('otel-span-cache/testing/remote');

/* A CommonJS module that receives a span. Prints what it read. */

async function main() {
  const scope = await remoteScope({ protocol: 'http/json' });
  const [, traceId, spanId] = scope.traceparent.split('-');
  const spans = [{ traceId, spanId: 'b'.repeat(16), parentSpanId: spanId, name: 'checkout' }];
  await fetch(scope.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  });
  const trace = await scope.waitForTrace({ root: 'checkout' });
  console.log(JSON.stringify(trace.spans.map(({ name }) => name)));
}

void main();
