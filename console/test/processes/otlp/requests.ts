/* Bodies of OTLP requests, as JSON. */

export function spansBody(spans: readonly object[], attributes: readonly object[] = []): Buffer {
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }));
}

export function logsBody(logRecords: readonly object[], attributes: readonly object[] = []): Buffer {
  return Buffer.from(JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] }));
}
