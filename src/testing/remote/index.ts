/**
 * Captures the spans and log records of other processes in tests, over OTLP/HTTP on the loopback interface, and decodes
 * OTLP.
 *
 * @module otel-span-cache/testing/remote
 */
export { remoteReceiver, remoteScope } from './receiver.js';
export { decodeOtlp } from './otlp/decode-otlp.js';
export type { DecodedOtlp, DecodeOtlpOptions, OtlpSignal } from './otlp/decode-otlp.js';
export type { RemoteReceiver, RemoteReceiverOptions, RemoteReceiverStats } from './contract.js';
export type { RemoteScope, RemoteScopeOptions } from './contract.js';
export type { OtlpProtocol } from './environment.js';
export type { RejectionReason } from './rejection.js';
export type { LogMatcher } from '../assert/matcher.js';
