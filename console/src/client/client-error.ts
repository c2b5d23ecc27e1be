/** A console did not answer, or refused. The message is one sentence. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  /** HTTP status, or undefined if there was no answer. */
  readonly status: number | undefined;
  /** Seconds to wait before the next request, from a 429. */
  readonly retryAfter: number | undefined;

  constructor(message: string, { status, retryAfter }: { status?: number; retryAfter?: number | undefined } = {}) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether a later attempt may succeed without anybody's intervention. */
  get isTemporary(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }
}
