import { STATUS_CODES as STATUS_TEXTS } from 'node:http';

/**
 * Why a request is rejected.
 *
 * - `wrong_host`: its `Host` or `Origin` is not this machine (403)
 * - `wrong_path`: neither `/v1/traces` nor `/v1/logs` (404)
 * - `wrong_method`: not POST (405)
 * - `unsupported_media_type`: neither JSON nor protobuf, or compressed with something other than gzip or deflate (415)
 * - `too_large`: more than `maxRequestBytes`, as sent or decompressed, or more than `maxRequestElements` (413)
 * - `too_slow`: incomplete after 30 seconds, or without complete headers after 10 (408)
 * - `busy`: too many connections, requests or bytes at once (503; excess connections are closed without an answer)
 * - `bad_payload`: the body does not match its headers, or is not OTLP; or the request is not HTTP/1.1 (400)
 */
export type RejectionReason =
  | 'wrong_host'
  | 'wrong_path'
  | 'wrong_method'
  | 'unsupported_media_type'
  | 'too_large'
  | 'too_slow'
  | 'busy'
  | 'bad_payload';

export const STATUS_CODES: Readonly<Record<RejectionReason, number>> = {
  wrong_host: 403,
  wrong_path: 404,
  wrong_method: 405,
  unsupported_media_type: 415,
  too_large: 413,
  too_slow: 408,
  busy: 503,
  bad_payload: 400,
};

/** Additional headers of an answer. */
export const ANSWER_HEADERS: Readonly<Partial<Record<RejectionReason, Readonly<Record<string, string>>>>> = {
  wrong_method: { allow: 'POST' },
  // SDKs retry after this many seconds.
  busy: { 'retry-after': '1' },
};

/** Thrown to reject a request. The message is sent to its sender. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The rejection for an error of Node's HTTP parser. Undefined if the sender has disconnected. */
export function rejectionOf({
  code = '',
  message,
}: {
  readonly code?: string;
  readonly message: string;
}): Rejection | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Rejection('too_slow', 'the request did not arrive in time');
  if (code.endsWith('_OVERFLOW')) return new Rejection('too_large', `the headers are too large: ${message}`);
  if (code.startsWith('HPE_')) return new Rejection('bad_payload', `the request is not HTTP/1.1: ${message}`);
  return undefined;
}

/** HTTP response as text, for a connection without a complete request. */
export function lastAnswer({ reason, message }: Rejection): string {
  const status = STATUS_CODES[reason];
  const head = [
    `HTTP/1.1 ${status} ${STATUS_TEXTS[status]}`,
    'content-type: text/plain',
    `content-length: ${Buffer.byteLength(message)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${message}`;
}
