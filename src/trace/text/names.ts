import type { SpanKindName, SpanStatusName } from '../captured-span.js';

/** Indexed by `SpanKind`. */
export const SPAN_KINDS: readonly SpanKindName[] = ['internal', 'server', 'client', 'producer', 'consumer'];
/** Indexed by `SpanStatusCode`. */
export const SPAN_STATUSES: readonly SpanStatusName[] = ['unset', 'ok', 'error'];

/** Each covers four severity numbers, from 1 on (logs data model, "Severity fields"). */
const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;

export type SeverityName = (typeof SEVERITIES)[number];

export function severityName(severityNumber = 0): SeverityName | undefined {
  return SEVERITIES[Math.ceil(severityNumber / 4) - 1];
}
