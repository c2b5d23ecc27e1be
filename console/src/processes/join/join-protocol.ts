import { createHmac } from 'node:crypto';
import { PROTOCOL } from '../../protocol.js';

/*
 * How a process sends its spans to a console: one POST for each batch, in the form of `packedToBytes()`, over one
 * connection. Batches have ascending sequence numbers. The answer is 204, or one of these:
 *
 *   409  the console lacks the tables of earlier batches: pack this one again, with new tables
 *   503  the console is busy: wait
 *   400, 413  the console will never accept this batch
 */

export const JOIN_PATH = `/api/v${PROTOCOL}/join`;

export const BATCH_TYPE = 'application/vnd.otel-span-cache.batch';

/** Larger batches are refused. */
export const MAX_BATCH_BYTES = 4 * 2 ** 20;

/** Interval at which a process without spans sends an empty batch, in milliseconds. */
export const HEARTBEAT_MILLIS = 10_000;

export const HEADERS = {
  /** 32 random hexadecimal digits, chosen by the process when it joins. */
  process: 'otel-span-cache-process',
  sequence: 'otel-span-cache-sequence',
  pid: 'otel-span-cache-pid',
  /** Result of `pidSpace()`, percent-encoded. */
  pidSpace: 'otel-span-cache-pid-space',
  /** Name of the service until its first span arrives, percent-encoded. */
  service: 'otel-span-cache-service',
  /** `1` on the last batch of a process. */
  last: 'otel-span-cache-last',
} as const;

/**
 * The token with which a process can join a console and do nothing else. The console's own token cannot be derived from
 * it.
 */
export function joinTokenOf(token: string): string {
  return createHmac('sha256', token).update('otel-span-cache-console join').digest('base64url');
}
