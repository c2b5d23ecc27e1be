/**
 * Why a request is turned down.
 *
 * - `wrong_path`: neither `/v1/traces` nor `/v1/logs` (404)
 * - `wrong_method`: not POST (405)
 * - `unsupported_media_type`: neither JSON nor protobuf, or compressed by other than gzip and deflate (415)
 * - `too_large`: larger than `maxRequestBytes`, as sent or decompressed (413)
 * - `bad_payload`: not what its headers say, or not OTLP (400)
 */
export type RejectionReason = 'wrong_path' | 'wrong_method' | 'unsupported_media_type' | 'too_large' | 'bad_payload';

export const STATUS_CODES: Readonly<Record<RejectionReason, number>> = {
  wrong_path: 404,
  wrong_method: 405,
  unsupported_media_type: 415,
  too_large: 413,
  bad_payload: 400,
};

/** A request is turned down; the message goes to the sender. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
