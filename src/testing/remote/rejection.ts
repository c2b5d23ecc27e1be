import { STATUS_CODES as STATUS_TEXTS } from 'node:http';

/**
 * Why a request is rejected.
 *
 * - `wrong_host`: meant for another machine, or sent by a web page of one (403)
 * - `wrong_path`: neither `/v1/traces` nor `/v1/logs` (404)
 * - `wrong_method`: not POST (405)
 * - `unsupported_media_type`: neither JSON nor protobuf, or compressed by other than gzip and deflate (415)
 * - `too_large`: larger than `maxRequestBytes`, as sent or decompressed, or of more than `maxRequestElements` (413)
 * - `too_slow`: not there as a whole within 30 seconds, or its headers within 10 (408)
 * - `busy`: too many connections or requests at once, or too large ones (503; connections are closed)
 * - `bad_payload`: not what its headers say, not OTLP, or not HTTP (400)
 */
export type RejectionReason =
  | 'wrong_host' | 'wrong_path' | 'wrong_method' | 'unsupported_media_type'
  | 'too_large' | 'too_slow' | 'busy' | 'bad_payload';

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

/** Headers of an answer, beside its content type. */
export const ANSWER_HEADERS: Readonly<Partial<Record<RejectionReason, Readonly<Record<string, string>>>>> = {
  wrong_method: { allow: 'POST' },
  // Makes SDKs retry.
  busy: { 'retry-after': '1' },
};

/** A request is rejected. The message is sent to the sender. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Why a connection is closed, by Node's error. Undefined if the sender has gone. */
export function rejectionOf({ code = '', message }: { readonly code?: string; readonly message: string }): Rejection | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Rejection('too_slow', 'the request did not come in time');
  if (code.endsWith('_OVERFLOW')) return new Rejection('too_large', `the headers are too large: ${message}`);
  if (code.startsWith('HPE_')) return new Rejection('bad_payload', `it is not HTTP/1.1: ${message}`);
  return undefined;
}

/** Raw answer for a connection without a complete request. */
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
