import { z } from 'zod';
import * as schemas from '../api/schemas.js';
import { BUDGET } from './answer.js';

const { query, window, sort, cursor } = schemas.tracesRequest.shape;
const { split, mark } = schemas.stacksRequest.shape;

const rows = (most: number) => z.coerce.number().int().min(1).max(most).optional();

/** Most clients cancel a request after 60 seconds. */
const MAX_WAIT_SECONDS = 50;

const common = {
  query: query.describe('see find_traces'),
  window: window.describe('5m, 2h, or from..to in epoch ms; default 5m'),
  budget: z.coerce
    .number()
    .int()
    .min(BUDGET.least)
    .max(BUDGET.most)
    .default(BUDGET.usual)
    .describe('maximum tokens of the answer'),
};

const queried = { query: common.query, window: common.window };

export const INPUTS = {
  overview: z.strictObject({ window: common.window, budget: common.budget }),
  find_traces: z.strictObject({
    ...queried,
    query: query.describe('query language, see above'),
    sort,
    limit: rows(200),
    cursor,
    budget: common.budget,
  }),
  get_trace: z.strictObject({
    traceId: schemas.traceId,
    focus: schemas.spanId.optional().describe('span id'),
    budget: common.budget,
  }),
  stacks: z.strictObject({
    ...queried,
    sort: schemas.stacksRequest.shape.sort,
    split: split.describe('attribute key: one row per value'),
    mark: mark.describe('compare before and after this mark (no query, no split)'),
    limit: rows(500),
    budget: common.budget,
  }),
  explain_slow: z.strictObject({
    ...queried,
    stack: z.coerce.number().int().optional().describe('id from stacks; default: roots of matching traces'),
    slowerThan: z.coerce.number().nonnegative().optional().describe('ms; default p95'),
    budget: common.budget,
  }),
  errors: z.strictObject({
    ...queried,
    mark: mark.describe('compare before and after this mark'),
    limit: rows(100),
    budget: common.budget,
  }),
  logs: z.strictObject({ ...queried, limit: rows(500), cursor, budget: common.budget }),
  wait_for: z.strictObject({
    query: common.query,
    seconds: z.coerce.number().min(0).max(MAX_WAIT_SECONDS).default(20),
    since: z
      .string()
      .regex(
        /^(?:\d+(?:\.\d+)?(?:ms|s|m|h)?|[\w.-]{1,64})$/,
        'must be a duration such as 30s, a mark, or a time in milliseconds since the Unix epoch',
      )
      .default('30s')
      .describe('how far to look back: a duration, a mark, or epoch ms; 0s: only new traces'),
    budget: common.budget,
  }),
  mark: z.strictObject({ name: schemas.markRequest.shape.name, budget: common.budget }),
} as const;

export type ToolName = keyof typeof INPUTS;

export type InputOf<Name extends ToolName> = z.output<(typeof INPUTS)[Name]>;
