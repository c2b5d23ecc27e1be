import { summaryOf } from '../analysis/trace-summary.js';
import type { HostControl, QueryContract, TimeWindow } from '../engine/contract.js';
import { HostUnavailable } from '../engine/host-unavailable.js';
import type { TraceRow } from '../model/trace-row.js';
import { PROTOCOL } from '../protocol.js';
import { ApiError } from './api-error.js';
import { Budget } from './budget.js';
import { readCursor } from './cursor.js';
import type { Clock, EngineParts, Epoch, StreamCounts } from './engine-parts.js';
import { groupsWithBefore } from './error-changes.js';
import { groupsMatching } from './errors-answer.js';
import { coverageOf, processesOf } from './figures.js';
import { joinedParts } from './joined-parts.js';
import { logPage } from './logs-answer.js';
import { markNamed, windowsAround } from './mark-windows.js';
import { openRows } from './open-answer.js';
import { Scan, type ScanPlace } from './scan.js';
import type * as schemas from './schemas.js';
import { compareSlow, spansToCompare } from './slow-answer.js';
import { spanTest } from './span-test.js';
import { firstRows } from './stacks-answer.js';
import { detailOf } from './trace-detail.js';
import { tracePage } from './traces-answer.js';
import { windowOf } from './window.js';

/** Rights of a token: `control` may also change sampling and filter, and clear the history. */
export type Role = 'view' | 'control';

export interface ConsoleApiOptions {
  readonly engine: EngineParts;
  readonly host: HostControl;
  readonly epoch: Epoch;
  readonly clock: Clock;
}

const DEFAULT_ROWS = 100;

/**
 * Answers all requests of the console, from HTTP, MCP and the command line.
 *
 * The caller has validated requests with `schemas.ts`. A request that cannot be answered throws an `ApiError`. A query
 * is evaluated for at most 200 ms; past that, the answer is marked as partial.
 */
export class ConsoleApi {
  readonly #engine: EngineParts;
  readonly #host: HostControl;
  readonly #epoch: Epoch;
  readonly #clock: Clock;
  #streams: () => StreamCounts = () => ({ streams: 0, maxStreams: 0, skipped: 0, refused: 0 });
  #settingsVersion = 0;

  constructor({ engine, host, epoch, clock }: ConsoleApiOptions) {
    this.#engine = engine;
    this.#host = host;
    this.#epoch = epoch;
    this.#clock = clock;
  }

  get epoch(): string {
    return this.#epoch.id;
  }

  get versions(): Epoch['versions'] {
    return this.#epoch.versions;
  }

  /** Service name of the host. */
  get name(): string {
    return this.#host.processes().find(({ origin }) => origin === 'host')?.service ?? 'unknown_service';
  }

  now(): number {
    return this.#clock.now();
  }

  /** Increases whenever an answer may have changed. */
  version(): number {
    return this.#engine.version() + this.#settingsVersion;
  }

  /** Makes `stats()` include the live streams of a server. */
  showStreams(counts: () => StreamCounts): void {
    this.#streams = counts;
  }

  hello(role: Role): schemas.Hello {
    return {
      protocol: PROTOCOL,
      versions: this.#epoch.versions,
      epoch: this.#epoch.id,
      role,
      capabilities: role === 'control' ? ['sampling', 'filter', 'clear', 'open', 'mcp'] : ['open', 'mcp'],
      startedAt: this.#epoch.startedAt,
      processes: processesOf(this.#host),
    };
  }

  /** The part of `stats()` in every frame of a live stream: cheap enough to compute ten times a second. */
  pulse(): schemas.Frame['stats'] {
    return {
      coverage: this.#coverage(),
      spansPerSecond: this.#engine.spansPerSecond(this.#clock.elapsed()),
      loop: this.#host.loop(),
    };
  }

  /** Whether the event loop of the host is blocked. */
  isBlocked(): boolean {
    return this.#host.loop().blockedMillis !== null;
  }

  stats(): schemas.ConsoleStats {
    const { history, stacks, errors, logs, values } = this.#engine;
    const { spans, maxSpans, bytes, maxBytes, traces, examples } = history.stats();
    const { count: restarts, historyLostAt } = this.#host.restarts();
    return {
      epoch: this.#epoch.id,
      ...this.pulse(),
      history: { spans, maxSpans, bytes, maxBytes, traces },
      examples,
      waiting: pick(this.#engine.waiting(), ['spans', 'maxSpans', 'bytes', 'maxBytes', 'traces']),
      stacks: pick(stacks.stats(), ['nodes', 'maxNodes', 'folded', 'late', 'dropped', 'cells', 'bytes', 'maxBytes']),
      errors: pick(errors.stats(), ['groups', 'maxGroups', 'folded']),
      logs: pick(logs.stats(), ['orphans', 'maxOrphans', 'bytes', 'maxBytes', 'evicted']),
      completion: pick(values.stats(), COMPLETION),
      clients: this.#streams(),
      worker: { restarts, historyLostAt, rssBytes: process.memoryUsage.rss() },
      host: { ...this.#host.cacheStats() },
    };
  }

  // ── Traces ────────────────────────────────────────────────────────────────────────────────────────────────────────

  traces(request: schemas.TracesRequest): schemas.Traces {
    const query = this.#query(request.query);
    const sort = request.sort ?? 'newest';
    const cursor = readCursor(request.cursor, this.#epoch.id, sort);
    const before = cursor.before ?? newestBefore(sort, cursor.after);
    const scan = this.#scan(this.#window(request.window), this.#budget(), { before, span: cursor.span });
    const page = tracePage(scan, query, { sort, limit: request.limit ?? DEFAULT_ROWS, cursor, epoch: this.#epoch.id });
    return {
      rows: page.traces.map(summaryOf),
      matched: page.matched,
      unseenKeys: page.matched === 0 ? query.unseenKeys(this.#engine.values) : [],
      partial: page.partial,
      givenUp: page.givenUp,
      cursor: page.cursor,
      coverage: this.#coverage(),
    };
  }

  trace(traceId: string): schemas.TraceDetail {
    const trace = joinedParts(this.partsOf(traceId));
    return { ...detailOf(trace, this.#engine.stacks), coverage: this.#coverage() };
  }

  /** The parts of a trace, retained or kept as an example, for drawing and exporting it. */
  partsOf(traceId: string): readonly [TraceRow, ...TraceRow[]] {
    const [first, ...others] = this.#engine.history.allPartsOf(traceId);
    if (first === undefined) throw this.#gone(traceId);
    return [first, ...others];
  }

  #gone(traceId: string): ApiError {
    const gone = this.#engine.history.goneOf(traceId);
    const reason = gone?.reason ?? 'unknown';
    return new ApiError(404, { error: `${GONE[reason]}.`, traceId, evictedAt: gone?.at ?? null, reason });
  }

  // ── Aggregates ────────────────────────────────────────────────────────────────────────────────────────────────────

  stacks(request: schemas.StacksRequest): schemas.Stacks {
    const { stacks } = this.#engine;
    const query = this.#query(request.query);
    const window = this.#window(request.window);
    const marks = this.#marks();
    const fromAggregates = query.empty && request.split === undefined;
    checkComparable(request.mark, fromAggregates);
    if (request.mark !== undefined) markNamed(request.mark, marks);
    const budget = this.#budget();
    const scan = this.#scan(window, budget);
    const rows = fromAggregates
      ? stacks.rows(window, request.mark)
      : stacks.rowsOf(scan.traces(), window, spanTest(query, budget), request.split);
    const { folded, late } = stacks.stats();
    return {
      rows: firstRows(rows, request.sort, request.limit),
      ...window,
      folded,
      late,
      marks,
      partial: budget.over,
      coverage: this.#coverage(),
    };
  }

  time(request: schemas.TimeRequest): schemas.TimeMap {
    const { stacks } = this.#engine;
    const query = this.#query(request.query);
    const window = this.#window(request.window);
    const budget = this.#budget();
    const scan = this.#scan(window, budget);
    const map = query.empty
      ? stacks.time(window, request.stack)
      : stacks.timeOf(scan.traces(), window, spanTest(query, budget), request.stack);
    return { ...map, partial: budget.over, coverage: this.#coverage() };
  }

  /**
   * Compares slow spans with normal ones: the matching spans of a stack, or else the local roots of matching traces.
   */
  slow(request: schemas.SlowRequest): schemas.Slow {
    const query = this.#query(request.query);
    const budget = this.#budget();
    const scan = this.#scan(this.#window(request.window), budget);
    const spans = spansToCompare(scan, query, this.#engine.stacks, { stack: request.stack, budget });
    return { ...compareSlow(spans, request.slowerThan), partial: budget.over, coverage: this.#coverage() };
  }

  /** With a query, only the groups with a retained and matching trace among their last 20. */
  errors(request: schemas.ErrorsRequest): schemas.Errors {
    const { errors, history } = this.#engine;
    const query = this.#query(request.query);
    const budget = this.#budget();
    const window = this.#window(request.window);
    const groups = request.mark === undefined ? this.#groupsIn(window) : this.#comparedGroups(window, request.mark);
    return {
      groups: [...groupsMatching(groups, query, history, budget)].slice(0, request.limit ?? DEFAULT_ROWS),
      folded: errors.stats().folded,
      marks: this.#marks(),
      partial: budget.over,
      coverage: this.#coverage(),
    };
  }

  #groupsIn(window: TimeWindow): readonly schemas.ErrorGroup[] {
    return this.#engine.errors.groups(window, this.#clock.now());
  }

  #comparedGroups(window: TimeWindow, name: string): readonly schemas.ErrorGroup[] {
    const { before, after } = windowsAround(window, name, this.#marks(), this.#epoch.startedAt);
    return groupsWithBefore({ before: this.#groupsIn(before), after: this.#groupsIn(after), at: before.to });
  }

  #marks(): schemas.Mark[] {
    return this.#engine.stacks.marks().map(({ name, at }) => ({ name, at }));
  }

  // ── Logs and open spans ───────────────────────────────────────────────────────────────────────────────────────────

  logs(request: schemas.LogsRequest): schemas.Logs {
    const query = this.#query(request.query);
    const page = logPage(this.#engine, query, {
      window: this.#window(request.window),
      budget: this.#budget(),
      limit: request.limit ?? DEFAULT_ROWS,
      cursor: request.cursor,
      epoch: this.#epoch.id,
    });
    return { ...page, coverage: this.#coverage() };
  }

  async open(request: schemas.OpenRequest): Promise<schemas.Open> {
    const query = this.#query(request.query);
    const { tracked, at, spans } = await askHost(this.#host.openSpans());
    const now = this.#clock.now();
    const budget = this.#budget();
    const rows = openRows(spans, query, this.#hostProcess(), { now, budget });
    return {
      tracked,
      ageMillis: Math.max(0, now - at),
      spans: rows.slice(0, request.limit ?? DEFAULT_ROWS),
      total: rows.length,
      partial: budget.over,
    };
  }

  // ── Query ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  complete({ query, at }: schemas.CompleteRequest): schemas.Completion {
    return this.#engine.complete(query, Math.min(at, query.length), this.#engine.values);
  }

  // ── Settings ──────────────────────────────────────────────────────────────────────────────────────────────────────

  sampling(): schemas.Sampling {
    return this.#host.settings().sampling;
  }

  /** Returns the new state, confirmed by the host. */
  async setSampling(request: schemas.SamplingRequest): Promise<schemas.Sampling> {
    const sampling = await askHost(this.#host.setSampling(request));
    this.#settingsVersion++;
    return sampling;
  }

  filter(): schemas.Filter {
    return this.#host.settings().filter;
  }

  /** Returns the new state, confirmed by the host. */
  async setFilter(request: schemas.FilterRequest): Promise<schemas.Filter> {
    const filter = await askHost(this.#host.setFilter(request));
    this.#settingsVersion++;
    return filter;
  }

  mark({ name }: schemas.MarkRequest): schemas.Mark {
    const at = this.#clock.now();
    this.#engine.stacks.mark(name, at);
    this.#settingsVersion++;
    return { name, at };
  }

  clear(): schemas.Cleared {
    const cleared = this.#engine.clear(this.#clock.now());
    this.#settingsVersion++;
    return cleared;
  }

  // ── What answers have in common ───────────────────────────────────────────────────────────────────────────────────

  #query(text = ''): QueryContract {
    const query = this.#engine.parse(text);
    if ('error' in query) throw new ApiError(400, query);
    return query;
  }

  #window(text: string | undefined): TimeWindow {
    return windowOf(text, this.#clock.now());
  }

  #budget(): Budget {
    return new Budget(() => this.#clock.elapsed());
  }

  #scan(window: TimeWindow, budget: Budget, place?: ScanPlace): Scan {
    return new Scan(this.#engine.history, window, budget, place);
  }

  #coverage(): schemas.Coverage {
    return coverageOf(this.#engine, this.#host);
  }

  #hostProcess() {
    const host = this.#host.processes().find(({ origin }) => origin === 'host');
    return host ?? { id: 0, origin: 'host' as const, service: this.name, pid: undefined, resource: {} };
  }
}

const COMPLETION = ['keys', 'maxKeys', 'values', 'maxValuesPerKey', 'bytes', 'maxBytes', 'folded'] as const;

/** Copies only these members, because a part may count more than the API shows. */
function pick<Counts extends object, Name extends keyof Counts>(counts: Counts, names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, counts[name]])) as Pick<Counts, Name>;
}

const GONE = {
  unknown: 'This trace is unknown: it was never seen, or was evicted long ago',
  spans: 'The trace was evicted by newer spans',
  bytes: 'The trace was evicted because of the size of newer spans',
  cleared: 'The trace was removed when the history was cleared',
};

/** In the order "newest first", the id alone determines the place of a row. */
function newestBefore(sort: string, after: { readonly id: number } | undefined): number | undefined {
  return sort === 'newest' ? after?.id : undefined;
}

function checkComparable(mark: string | undefined, fromAggregates: boolean): void {
  if (mark !== undefined && !fromAggregates)
    throw new ApiError(400, { error: 'A mark must come without a query and a split: only whole stacks are compared.' });
}

async function askHost<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HostUnavailable) throw new ApiError(503, { error: sentence(error.message) });
    if (error instanceof RangeError || error instanceof TypeError)
      throw new ApiError(400, { error: sentence(error.message) });
    throw error;
  }
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
