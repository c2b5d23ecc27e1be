import type { Failure, Gone } from './schemas.js';

/** Refusal of a request: the HTTP status and the body to answer with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: 400 | 403 | 404 | 409 | 413 | 429 | 500 | 503;
  readonly failure: Failure | Gone;

  constructor(status: ApiError['status'], failure: Failure | Gone) {
    super(failure.error);
    this.status = status;
    this.failure = failure;
  }
}
