import { millisFrom, oneOf, positiveInteger, resolveOptions, type OptionsOf } from '../../support/option.js';
import { SCOPE_LIMITS } from '../capture/scope-limits.js';
import type { RemoteReceiverOptions, RemoteScopeOptions } from './contract.js';
import type { OtlpProtocol } from './environment.js';

const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** Ten thousand spans of twenty attributes each. */
const MAX_REQUEST_ELEMENTS = 1_000_000;

const MAX_BYTES_PER_SCOPE = 256 * 1024 * 1024;

const RECEIVER: OptionsOf<RemoteReceiverOptions> = {
  protocol: oneOf<OtlpProtocol>('http/protobuf', 'http/json'),
  maxRequestBytes: positiveInteger(MAX_REQUEST_BYTES),
  maxRequestElements: positiveInteger(MAX_REQUEST_ELEMENTS),
  ...SCOPE_LIMITS,
  maxBytesPerScope: positiveInteger(MAX_BYTES_PER_SCOPE),
  host: {
    fallback: '127.0.0.1',
    expected: "'127.0.0.1', so that only this machine can send",
    type: (value) => typeof value === 'string',
    inRange: (value) => value === '127.0.0.1',
  },
};

const SCOPE: OptionsOf<RemoteScopeOptions> = {
  name: {
    fallback: '',
    expected: 'a string that is not empty',
    type: (value) => typeof value === 'string',
    inRange: (value) => value !== '',
  },
  timeoutMillis: millisFrom(0, 4_000),
};

/** @throws TypeError or RangeError */
export function receiverOptions(options?: RemoteReceiverOptions): Required<RemoteReceiverOptions> {
  return resolveOptions(RECEIVER, options);
}

/**
 * A name that was left out is empty.
 *
 * @throws TypeError or RangeError
 */
export function scopeOptions(options?: RemoteScopeOptions): Required<RemoteScopeOptions> {
  return resolveOptions(SCOPE, options);
}

/** @throws TypeError or RangeError */
export function allOptions(
  options?: RemoteReceiverOptions & RemoteScopeOptions,
): Required<RemoteReceiverOptions & RemoteScopeOptions> {
  return resolveOptions({ ...RECEIVER, ...SCOPE }, options);
}
