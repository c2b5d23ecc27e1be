import type { SpanKindName, SpanStatusName } from '../captured-span.js';

/** By `SpanKind`. */
export const SPAN_KINDS: readonly SpanKindName[] = ['internal', 'server', 'client', 'producer', 'consumer'];
/** By `SpanStatusCode`. */
export const SPAN_STATUSES: readonly SpanStatusName[] = ['unset', 'ok', 'error'];

/** Four severity numbers each, from 1 (logs data model, "Severity fields"). */
const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;

export type SeverityName = (typeof SEVERITIES)[number];

export function severityName(severityNumber = 0): SeverityName | undefined {
  return SEVERITIES[Math.ceil(severityNumber / 4) - 1];
}

/** `1 span`, `2 spans`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
