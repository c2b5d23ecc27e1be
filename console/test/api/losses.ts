import type { Losses } from '../../src/api/schemas.js';
import type { HostLosses } from '../../src/engine/contract.js';

/* Losses for tests: none at all. */

export const NONE_ON_THE_WAY: HostLosses = {
  feed: 0,
  worker: 0,
  unreadable: 0,
  joined: 0,
  refused: { requestSpans: 0, requests: 0, batches: 0, batchSpans: 0 },
  logs: 0,
};

export const NOTHING_LOST: Losses = { ...NONE_ON_THE_WAY, cache: {}, total: 0 };
