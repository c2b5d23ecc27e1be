import { z } from 'zod';
import { PROTOCOL } from '../protocol.js';
import { WINDOW_FORM } from './window.js';

/*
 * The API, version 1: every request and every answer. The types, the OpenAPI description, the validation of requests
 * and the inputs of the MCP tools are all derived from these schemas.
 */

export { PROTOCOL };

const count = z.int().nonnegative();
const millis = z.number().nonnegative();
const epochMillis = z.number().describe('milliseconds since the Unix epoch, with fractions');
const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `must be ${digits} hexadecimal digits`);
export const traceId = hex(32);
export const spanId = hex(16);
const attributeValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
]);
const attributes = z.record(z.string(), attributeValue);

// ── What every answer about spans says of its ground ──────────────────────────────────────────────────────────────────

/** Spans missing from an answer, by the place where they were lost. Within an epoch, no number decreases. */
export const losses = z.object({
  cache: z.record(z.string(), count).describe('spans that the cache dropped, by reason'),
  feed: count.describe('spans lost between the cache and the worker'),
  worker: count.describe('spans lost with a worker that has died, or until the next one ran'),
  unreadable: count.describe('spans that could not be read'),
  joined: count.describe('spans that joined processes lost, by their own count'),
  refused: z.object({
    requestSpans: count.describe('spans of OTLP requests refused because too many processes send some'),
    requests: count.describe('OTLP requests refused as a whole, with an unknown number of spans'),
    batches: count.describe(
      'batches of joining processes that were refused, each counted once; a process sends them again, or reports their spans under joined',
    ),
    batchSpans: count.describe('spans in these batches, where known; not in the total'),
  }),
  logs: count.describe('log records lost on the way here; not in the total'),
  total: count.describe('spans'),
});

export const coverage = z.object({
  received: count.describe('spans that arrived since the start of the epoch'),
  retained: count.describe('spans in the history'),
  retainedSince: epochMillis.nullable().describe('start of the oldest span in the history'),
  evicted: count.describe('spans evicted by newer ones'),
  evictedLogs: count.describe('log records without a span, evicted by newer ones'),
  lost: losses,
});

/** The clock of the host. Clients compute ages from it, because their own clocks may differ. */
export const stamp = z.object({ now: epochMillis.describe('clock of the host when it answered') });

// ── health, hello, stats ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The only answer that needs no token. */
export const health = z.object({ name: z.string().describe('service name'), epoch: z.string() });

export const processInfo = z.object({
  id: count,
  origin: z.enum(['host', 'joined', 'otlp']),
  service: z.string(),
  pid: count.nullable(),
  state: z.enum(['connected', 'ended']),
  received: count,
  lost: count,
});

export const hello = z.object({
  protocol: z.literal(PROTOCOL),
  versions: z.object({ console: z.string(), cache: z.string(), node: z.string() }),
  epoch: z.string().describe('changes with each start of the host'),
  role: z.enum(['view', 'control']),
  capabilities: z.array(z.enum(['sampling', 'filter', 'clear', 'open', 'mcp'])),
  startedAt: epochMillis,
  processes: z.array(processInfo),
});

export const stats = z.object({
  epoch: z.string(),
  coverage,
  spansPerSecond: z.number().nonnegative(),
  loop: z.object({
    delayMillis: millis.describe('delay of the host’s event loop'),
    blockedMillis: millis.nullable().describe('how long it has been blocked, or null'),
  }),
  history: z.object({ spans: count, maxSpans: count, bytes: count, maxBytes: count, traces: count }),
  examples: z
    .object({
      traces: count,
      spans: count,
      maxSpans: count,
      bytes: count,
      maxBytes: count,
      givenUp: count.describe('examples that were evicted and did not fit, or had to make room'),
    })
    .describe('evicted traces that are kept as examples of stacks; not in the history'),
  waiting: z
    .object({ spans: count, maxSpans: count, bytes: count, maxBytes: count, traces: count })
    .describe('spans of unfinished traces; past a bound, the oldest trace counts as finished'),
  stacks: z.object({
    nodes: count,
    maxNodes: count,
    folded: count,
    late: count,
    dropped: count.describe('calls whose time slots were dropped early at the bound, counted in totals only'),
    cells: count,
    bytes: count.describe('of time slots and histograms'),
    maxBytes: count,
  }),
  errors: z.object({ groups: count, maxGroups: count, folded: count }),
  logs: z.object({ orphans: count, maxOrphans: count, bytes: count, maxBytes: count, evicted: count }),
  completion: z.object({
    keys: count,
    maxKeys: count.describe('bound of attribute keys; built-in keys count beyond it'),
    values: count,
    maxValuesPerKey: count,
    bytes: count,
    maxBytes: count,
    folded: count.describe('occurrences of keys and values that did not fit'),
  }),
  clients: z.object({ streams: count, maxStreams: count, skipped: count, refused: count }),
  worker: z.object({ restarts: count, historyLostAt: epochMillis.nullable(), rssBytes: count }),
  host: z
    .record(z.string(), z.unknown())
    .describe('counters of the host’s cache, as returned by cache.stats(); empty while it does not answer'),
});

// ── Requests ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Default `5m`. */
const window = z
  .string()
  .regex(WINDOW_FORM, 'must be a duration such as 5m, or from..to in milliseconds since the Unix epoch')
  .describe('a duration up to now, such as 5m, 90s or 2h; or from..to in milliseconds since the Unix epoch')
  .optional();
const query = z.string().max(8_192).describe('in the query language').optional();
const limit = (most: number) => z.coerce.number().int().min(1).max(most).optional();
const markName = z.string().max(64).describe('name of a mark to compare with').optional();
const cursor = z.string().max(256).describe('from the previous answer').optional();

export const tracesRequest = z.object({
  query,
  window,
  sort: z.enum(['newest', 'slowest', 'spans', 'errors']).optional(),
  limit: limit(1_000),
  cursor,
});
export const stacksRequest = z.object({
  query,
  window,
  sort: z.enum(['total', 'self', 'calls', 'errors', 'p50', 'p95', 'p99', 'name']).optional(),
  split: z.string().max(256).describe('attribute to split each stack by').optional(),
  mark: markName,
  limit: limit(2_000),
});
export const timeRequest = z.object({ query, window, stack: z.coerce.number().int().optional() });
export const slowRequest = z.object({
  query,
  window,
  stack: z.coerce.number().int().optional(),
  /** Spans at least this long are slow. Default: the 95th percentile. */
  slowerThan: z.coerce.number().nonnegative().optional(),
});
export const errorsRequest = z.object({ query, window, mark: markName, limit: limit(500) });
export const logsRequest = z.object({ query, window, limit: limit(1_000), cursor });
export const openRequest = z.object({ query, limit: limit(1_000) });
export const completeRequest = z.object({ query: z.string().max(8_192), at: z.coerce.number().int().nonnegative() });
export const samplingRequest = z.strictObject({
  enabled: z.boolean().optional(),
  ratio: z.number().min(0).max(1).optional(),
  forMillis: z.number().positive().max(86_400_000).optional(),
});
export const filterRequest = z.strictObject({
  minSeverity: z.int().min(0).max(24).optional(),
  scopes: z
    .strictObject({ include: z.array(z.string()).optional(), exclude: z.array(z.string()).optional() })
    .optional(),
  forMillis: z.number().positive().max(86_400_000).optional(),
});
export const markRequest = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores'),
});
export const clearRequest = z.strictObject({});

// ── Traces ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Calls of one kind in a trace, such as `pg ×7`, and whether they are an N+1. */
const calls = z.object({ label: z.string(), count, nPlusOne: z.boolean() });

export const traceSummary = z.object({
  id: count.describe('row id, never reused'),
  traceId,
  name: z.string(),
  service: z.string(),
  pid: count.nullable(),
  start: epochMillis,
  duration: millis,
  complete: z.boolean(),
  spans: count,
  failed: count,
  logs: count,
  httpStatus: count.nullable(),
  /** Why it failed: the message of its first error. */
  error: z.string().nullable(),
  calls: z.array(calls),
  /** Where time went, for a small bar: the critical path as [offset, duration] in milliseconds, at most 12. */
  bar: z.array(z.tuple([millis, millis])),
});

/** Member of answers that are computed from the retained spans and have no cursor. */
const partial = z.boolean().describe('the time limit was reached: older spans were not searched');

/** Member of answers that have a cursor. */
const givenUp = count.describe(
  'rows given up because each took the whole time of an answer: whether they match is unknown, and the cursor continues after them',
);

const page = {
  coverage,
  partial: z.boolean().describe('the time limit was reached: continue with the cursor'),
  givenUp,
  cursor: z.string().nullable(),
};

export const traces = z.object({
  rows: z.array(traceSummary),
  matched: count.describe('matching traces from the cursor on, as far as they were searched within the time limit'),
  unseenKeys: z
    .array(z.string())
    .default([])
    .describe('if nothing matches: attributes in the query that no span has had'),
  ...page,
});

const event = z.object({
  name: z.string(),
  time: epochMillis,
  attributes,
  log: z.object({ severityNumber: count.nullable(), severityText: z.string().nullable(), body: z.string() }).nullable(),
});

export const spanDetail = z.object({
  id: count,
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  /** 0 for a root. Spans are in tree order. */
  depth: count,
  children: count,
  name: z.string(),
  kind: z.enum(['internal', 'server', 'client', 'producer', 'consumer']),
  status: z.enum(['unset', 'ok', 'error']),
  statusMessage: z.string().nullable(),
  start: epochMillis,
  duration: millis,
  self: millis.describe(
    'duration minus the union of the children’s intervals; children in other processes are ignored',
  ),
  critical: millis.describe('part of it on the critical path'),
  /** Share of the spans of its stack that took no longer, 0 to 1; null if its stack is unknown. */
  percentile: z.number().min(0).max(1).nullable(),
  stack: count.nullable(),
  attributes,
  events: z.array(event),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string(), attributes })),
  scope: z.string(),
  scopeVersion: z.string().nullable(),
  process: count,
  service: z.string(),
  thread: count.nullable(),
  dropped: z.object({ attributes: count, events: count, links: count }),
});

const nPlusOne = z.object({
  parent: z.string().describe('span id of the parent, or of the first of several'),
  name: z.string(),
  statement: z.string().nullable(),
  count,
  duration: millis,
  share: z.number().describe('of the parent’s duration'),
  example: z.string().describe('span id'),
});

export const trace = z.object({
  traceId,
  start: epochMillis,
  duration: millis,
  complete: z.boolean(),
  failed: count,
  logs: count,
  services: z.array(z.string()),
  spans: z.array(spanDetail),
  nPlusOne: z.array(nPlusOne),
  /** Resources of the processes in the trace, by process id. */
  resources: z.record(z.string(), attributes),
  coverage,
});

/** Body of the 404 for a trace that was never seen or has been evicted. */
export const gone = z.object({
  error: z.string(),
  traceId,
  evictedAt: epochMillis.nullable(),
  reason: z.enum(['unknown', 'spans', 'bytes', 'cleared']),
});

// ── Stacks and time ───────────────────────────────────────────────────────────────────────────────────────────────────

const marks = z.array(z.object({ name: z.string(), at: epochMillis })).describe('the oldest first');

const figures = z.object({
  calls: count,
  perSecond: z.number().nonnegative(),
  errors: count,
  total: millis.describe('sum of durations'),
  self: millis.describe('sum of self times'),
  p50: millis,
  p95: millis,
  p99: millis,
  selfP95: millis,
  max: millis,
});

export const stackRow = figures.extend({
  id: count.describe('node id, never reused'),
  parent: count.nullable(),
  depth: count,
  name: z.string(),
  kind: z.string(),
  scope: z.string(),
  /** Value of the attribute by which stacks are split. */
  value: z.string().nullable(),
  share: z.number().min(0).describe('of the time of all roots'),
  /** Calls in 30 equal parts of the window, oldest first. */
  spark: z.array(count),
  nPlusOne: z.boolean(),
  examples: z
    .object({
      newest: z.string().nullable(),
      slowest: z.string().nullable(),
      newestError: z.string().nullable(),
    })
    .describe('ids of traces that are retained, or kept as an example'),
  /** The same figures at the mark. */
  before: figures.nullable(),
});

export const stacks = z.object({
  rows: z.array(stackRow),
  from: epochMillis,
  to: epochMillis,
  folded: count.describe('calls counted under (others)'),
  late: count.describe('spans older than the last slot, counted in totals only'),
  marks,
  partial,
  coverage,
});

/** A heatmap of latency over time. */
export const time = z.object({
  from: epochMillis,
  to: epochMillis,
  slotMillis: millis.describe(
    '1 s in the last 5 minutes, 10 s in the last hour, else whole minutes; doubled until the slots fit into a frame',
  ),
  slots: z.array(
    z.object({
      at: epochMillis,
      calls: count,
      errors: count,
      p50: millis,
      p95: millis,
      p99: millis,
      /** [index of the octave cell, calls, errors]; its bounds are `cells[index]`. */
      cells: z.array(z.tuple([count, count, count])),
    }),
  ),
  /** Lower bounds of the cells, in milliseconds, ascending. */
  cells: z.array(millis),
  partial,
  coverage,
});

export const slow = z.object({
  slowerThan: millis,
  slow: count,
  normal: count,
  /** Attributes whose values differ most between slow and normal spans. */
  differences: z.array(z.object({ key: z.string(), value: z.string(), slow: count, normal: count, score: z.number() })),
  /** Paths on which slow spans spend more time than normal ones. */
  paths: z.array(z.object({ path: z.string(), slowMillis: millis, normalMillis: millis })),
  nPlusOne: z.array(nPlusOne.extend({ traceId })),
  examples: z.object({ slow: z.array(traceId), normal: z.array(traceId) }),
  partial,
  coverage,
});

// ── Errors, logs, open spans ──────────────────────────────────────────────────────────────────────────────────────────

export const errorGroup = z.object({
  id: count,
  type: z.string(),
  message: z.string().describe('with numbers, ids and quoted text replaced'),
  frame: z.string().nullable().describe('first frame of the application'),
  count,
  perMinute: z.number().nonnegative(),
  firstSeen: epochMillis,
  lastSeen: epochMillis,
  /** The latest occurrence. */
  latest: z.object({
    message: z.string(),
    stack: z.string().nullable(),
    span: z.string(),
    traceId,
    spanId: z.string(),
  }),
  traces: z.array(traceId).describe('newest first, at most 20'),
  spark: z.array(count),
  before: z
    .object({ count, perMinute: z.number().nonnegative() })
    .nullable()
    .describe('occurrences before the mark; null without a mark'),
});

export const errors = z.object({ groups: z.array(errorGroup), folded: count, marks, partial, coverage });

export const logLine = z.object({
  id: z.string(),
  time: epochMillis,
  severityNumber: count.nullable(),
  severity: z.string(),
  body: z.string(),
  attributes,
  span: z.string().nullable().describe('name of its span'),
  traceId: z.string().nullable(),
  spanId: z.string().nullable(),
  service: z.string(),
  reason: z.string().nullable().describe('reason why it belongs to no span'),
});

export const logs = z.object({ rows: z.array(logLine), matched: count, ...page });

export const openSpan = z.object({
  spanId: z.string(),
  traceId: z.string(),
  parentSpanId: z.string().nullable(),
  name: z.string(),
  start: epochMillis,
  ageMillis: millis,
  path: z.array(z.string()),
  attributes,
  logs: count,
});

export const open = z.object({
  tracked: z.boolean().describe('whether the cache was made with trackOpenSpans'),
  /** Age of the host's reply: large while its event loop is blocked. */
  ageMillis: millis,
  spans: z.array(openSpan),
  total: count,
  partial: z.boolean().describe('the time limit was reached: not all open spans were searched'),
});

// ── Settings ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const sampling = z.object({ enabled: z.boolean(), ratio: z.number(), until: epochMillis.nullable() });
const filterSettings = z.object({
  minSeverity: count,
  scopes: z.object({ include: z.array(z.string()), exclude: z.array(z.string()) }),
});
export const filter = filterSettings.extend({
  until: epochMillis.nullable().describe('end of the filter, or null'),
  after: filterSettings.nullable().describe('settings that return at its end'),
});
export const mark = z.object({ name: z.string(), at: epochMillis });
export const cleared = z.object({ spans: count, traces: count });

// ── Query ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const completion = z.object({
  from: count,
  to: count,
  items: z.array(
    z.object({ text: z.string(), kind: z.enum(['key', 'value', 'operator', 'function']), count: count.nullable() }),
  ),
});

export const failure = z.object({
  error: z.string().describe('one sentence that states the expectation'),
  /** Position in the query. */
  at: count.optional(),
  /** Length of the part of the query. */
  length: count.optional(),
});

// ── Live ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const VIEWS = ['traces', 'trace', 'stacks', 'time', 'errors', 'logs', 'open'] as const;

/** `view` names the screen; the rest is the request of that screen's endpoint. */
export const liveRequest = z.object({
  view: z.enum(VIEWS),
  after: z
    .string()
    .regex(/^[\w-]+\.\d+$/, 'must be epoch.seq of the last frame')
    .optional(),
});

/** A frame: its content, and the state of the console. */
export const frame = z.object({
  epoch: z.string(),
  seq: count,
  type: z
    .enum(['snapshot', 'change', 'heartbeat'])
    .describe('a heartbeat comes after 5 s without a change: only time has passed'),
  /** Why a snapshot is sent instead of a change. */
  reset: z.enum(['restarted', 'behind']).optional(),
  skipped: count.describe('changes left out since the stream began, because the client was slow'),
  cut: count.optional().describe('rows left out to keep the frame below 256 kB'),
  now: epochMillis,
  stats: stats.pick({ coverage: true, spansPerSecond: true, loop: true }),
  settings: z.object({ sampling, filter }).optional(),
  /**
   * The answer of the view, without its coverage, which is in `stats`. Complete in a snapshot. In a change, only
   * members that changed (null for a removed one), and the list of rows as `{ set: rows, gone: ids, order?: ids }`: see
   * `changes.ts`. A view that can no longer be answered has the member `refused` with the failure.
   */
  data: z.record(z.string(), z.unknown()).optional(),
});

export type Hello = z.infer<typeof hello>;
export type ConsoleStats = z.infer<typeof stats>;
export type Coverage = z.infer<typeof coverage>;
export type Losses = z.infer<typeof losses>;
/** An answer as sent. */
export type Stamped<Answer> = Answer & z.infer<typeof stamp>;
export type ProcessInfo = z.infer<typeof processInfo>;
export type TraceSummary = z.infer<typeof traceSummary>;
export type Traces = z.infer<typeof traces>;
export type TraceDetail = z.infer<typeof trace>;
export type SpanDetail = z.infer<typeof spanDetail>;
export type Gone = z.infer<typeof gone>;
export type NPlusOne = z.infer<typeof nPlusOne>;
export type Figures = z.infer<typeof figures>;
export type StackRow = z.infer<typeof stackRow>;
export type Stacks = z.infer<typeof stacks>;
export type TimeMap = z.infer<typeof time>;
export type Slow = z.infer<typeof slow>;
export type ErrorGroup = z.infer<typeof errorGroup>;
export type Errors = z.infer<typeof errors>;
export type LogLine = z.infer<typeof logLine>;
export type Logs = z.infer<typeof logs>;
export type OpenSpanRow = z.infer<typeof openSpan>;
export type Open = z.infer<typeof open>;
export type Sampling = z.infer<typeof sampling>;
export type Filter = z.infer<typeof filter>;
export type Mark = z.infer<typeof mark>;
export type Cleared = z.infer<typeof cleared>;
export type Completion = z.infer<typeof completion>;
export type Failure = z.infer<typeof failure>;
export type Frame = z.infer<typeof frame>;
export type TracesRequest = z.infer<typeof tracesRequest>;
export type StacksRequest = z.infer<typeof stacksRequest>;
export type TimeRequest = z.infer<typeof timeRequest>;
export type SlowRequest = z.infer<typeof slowRequest>;
export type ErrorsRequest = z.infer<typeof errorsRequest>;
export type LogsRequest = z.infer<typeof logsRequest>;
export type OpenRequest = z.infer<typeof openRequest>;
export type CompleteRequest = z.infer<typeof completeRequest>;
export type SamplingRequest = z.infer<typeof samplingRequest>;
export type FilterRequest = z.infer<typeof filterRequest>;
export type MarkRequest = z.infer<typeof markRequest>;
