import type { SpanDetail, TraceDetail } from '../../src/api/schemas.js';

/** The members of a trace that a file holds. */
export type SavedTrace = Pick<TraceDetail, 'traceId' | 'start' | 'duration' | 'spans' | 'resources'>;

export type Attributes = SpanDetail['attributes'];
export type AttributeValue = Attributes[string];
export type SavedEvent = SpanDetail['events'][number];

/** Names of span kinds, indexed by the number in OpenTelemetry's API. */
export const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const satisfies SpanDetail['kind'][];
export const STATUSES = ['unset', 'ok', 'error'] as const satisfies SpanDetail['status'][];

export function resourceOf({ resources }: SavedTrace, { process }: SpanDetail): Attributes {
  return resources[String(process)] ?? {};
}

/** Index of a name; 0 if the name is unknown. */
export function numberOf(names: readonly string[], name: unknown): number {
  return Math.max(0, names.indexOf(String(name)));
}
