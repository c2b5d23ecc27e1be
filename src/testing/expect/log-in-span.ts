import type { CapturedLog, CapturedNode } from '../captured.js';

/** A log record, with the span it was emitted in: one or none. */
export interface LogInSpan extends CapturedLog {
  readonly spans: readonly CapturedNode[];
}
