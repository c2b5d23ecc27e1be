/** OTLP over HTTP in its two encodings, and the envelopes of Sentry's SDKs. */
export type Encoding = 'otlp-protobuf' | 'otlp-json' | 'sentry';

export const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  'otlp-protobuf': 'application/x-protobuf',
  'otlp-json': 'application/json',
  sentry: 'application/x-sentry-envelope',
};
