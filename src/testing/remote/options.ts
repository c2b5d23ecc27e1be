import { millisFrom, oneOf, positiveInteger, type OptionsOf } from '../../support/option.js';
import { SCOPE_LIMITS } from '../capture/scope-records.js';
import type { RemoteReceiverOptions, RemoteScopeOptions } from './contract.js';
import type { OtlpProtocol } from './environment.js';

export const RECEIVER_OPTIONS: OptionsOf<RemoteReceiverOptions> = {
  protocol: oneOf<OtlpProtocol>('http/protobuf', 'http/json'),
  maxRequestBytes: positiveInteger(16 * 2 ** 20),
  // Ten thousand spans of twenty attributes each.
  maxRequestElements: positiveInteger(1_000_000),
  ...SCOPE_LIMITS,
  maxBytesPerScope: positiveInteger(256 * 2 ** 20),
  host: {
    fallback: '127.0.0.1',
    expected: "'127.0.0.1', so that only this machine can send",
    type: (value) => typeof value === 'string',
    inRange: (value) => value === '127.0.0.1',
  },
};

export const SCOPE_OPTIONS: OptionsOf<RemoteScopeOptions> = {
  name: {
    fallback: '',
    expected: 'a string that is not empty',
    type: (value) => typeof value === 'string',
    inRange: (value) => value !== '',
  },
  timeoutMillis: millisFrom(0, 4_000),
};
