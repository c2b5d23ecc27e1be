import type * as Ours from '../../src/model/otel.js';
import type * as Sdk from '../sdk-types.js';

/*
 * Holds our structural types to the members that the SDK's own have: all of them, and no other. There is nothing to
 * run: `otel.types.process.test.ts` compiles this file.
 */

/** Whether no member is missing on either side: an optional one may without being unassignable. */
type SameMembers<A, B> = [keyof A, keyof B] extends [keyof B, keyof A] ? true : false;

export const resourceMembers: SameMembers<Ours.Resource, Sdk.Resource> = true;
export const scopeMembers: SameMembers<Ours.InstrumentationScope, Sdk.InstrumentationScope> = true;
export const eventMembers: SameMembers<Ours.TimedEvent, Sdk.TimedEvent> = true;
export const spanMembers: SameMembers<Ours.ReadableSpan, Sdk.ReadableSpan> = true;
export const recordMembers: SameMembers<Ours.ReadableLogRecord, Sdk.ReadableLogRecord> = true;
export const resultMembers: SameMembers<Ours.ExportResult, Sdk.ExportResult> = true;
export const exporterMembers: SameMembers<Ours.SpanExporter, Sdk.SpanExporter> = true;
export const samplingMembers: SameMembers<Ours.SamplingResult, Sdk.SamplingResult> = true;
export const samplerMembers: SameMembers<Ours.Sampler, Sdk.Sampler> = true;
