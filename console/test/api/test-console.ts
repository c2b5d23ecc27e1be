import type { OpenSpanRecord, HostControl } from '../../src/engine/contract.js';
import { ConsoleApi } from '../../src/api/console-api.js';
import type { Filter, Sampling } from '../../src/api/schemas.js';
import { Engine } from '../../src/engine/engine.js';
import { HostUnavailable } from '../../src/engine/host-unavailable.js';
import { newParts } from '../../src/engine/parts.js';
import type { LogRow, SpanRow } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { TracesInProgress } from '../../src/traces/traces-in-progress.js';
import { childOf, exceptionEvent, logEvent, SHOP, spanRow, traceRow } from '../model/rows.js';

export const START = 1_800_000_000_000;

/** A service that answers, or does not. */
export class TestHost implements HostControl {
  tracked = true;
  available = true;
  open: OpenSpanRecord[] = [];
  blockedMillis: number | null = null;
  stats: Record<string, unknown> | undefined = {
    spans: { received: 5, dropped: { queue_full: 2, duplicate: 7 } },
    events: { received: 5, dropped: { queue_full: 1, event_limit: 3, filtered: 7 } },
  };
  sampling: Sampling = { enabled: true, ratio: 1, until: null };
  filter: Filter = { minSeverity: 0, scopes: { include: [], exclude: [] }, until: null, after: null };

  delayMillis = 1;
  stateAgeMillis = 20;

  constructor(readonly now: () => number) {}

  async openSpans() {
    this.#check();
    return { tracked: this.tracked, at: this.now() - this.stateAgeMillis, spans: this.open };
  }

  cacheStats() {
    return this.stats;
  }

  settings() {
    return { sampling: this.sampling, filter: this.filter };
  }

  async setSampling({ enabled = this.sampling.enabled, ratio = this.sampling.ratio }) {
    this.#check();
    this.sampling = { enabled, ratio, until: null };
    return this.sampling;
  }

  async setFilter({ minSeverity = this.filter.minSeverity }) {
    this.#check();
    this.filter = { ...this.filter, minSeverity };
    return this.filter;
  }

  loop() {
    return { delayMillis: this.delayMillis, blockedMillis: this.blockedMillis };
  }

  losses() {
    return {
      feed: 3,
      worker: 10,
      unreadable: 1,
      joined: 4,
      refused: { requestSpans: 6, requests: 7, batches: 8, batchSpans: 9 },
      logs: 5,
    };
  }

  processes() {
    const joined = { ...SHOP, id: 2, origin: 'joined' as const, pid: undefined };
    return [
      { ...SHOP, state: 'connected' as const, received: 5, lost: 0 },
      { ...joined, state: 'ended' as const, received: 1, lost: 4 },
    ];
  }

  restarts() {
    return { count: 0, historyLostAt: null };
  }

  #check(): void {
    if (!this.available) throw new HostUnavailable('the service has not answered yet: its event loop is blocked');
  }
}

export interface TestConsole {
  readonly api: ConsoleApi;
  readonly engine: Engine;
  readonly host: TestHost;
  /** Changed at will. */
  readonly clock: { now: number; elapsed: () => number };
  add(...traces: TraceRow[]): void;
}

/** A real engine with an API, a clock that stands still, and a service beside it. */
export function testConsole({ epoch = 'e1', maxSpans = 100_000 } = {}): TestConsole {
  const clock = { now: START, elapsed: () => performance.now() };
  const host = new TestHost(() => clock.now);
  const engine = new Engine(newParts({ maxSpans, maxBytes: 64 * 2 ** 20 }), {
    waiting: () => new TracesInProgress(() => {}).waiting,
  });
  const api = new ConsoleApi({
    engine,
    host,
    epoch: { id: epoch, startedAt: START, versions: { console: '0.1.0', cache: '0.1.0', node: process.versions.node } },
    clock: { now: () => clock.now, elapsed: () => clock.elapsed() },
  });
  return {
    api,
    engine,
    host,
    clock,
    add: (...traces) => {
      for (const trace of traces) {
        engine.count(trace.spans.length, clock.elapsed());
        engine.addTrace(trace, clock.now);
      }
    },
  };
}

let lastTrace = 0;

export function newTraceId(): string {
  return (++lastTrace).toString(16).padStart(32, '0');
}

/** An order: a server span, a database call and a charge that may fail; with a log line. */
export function orderTrace({
  name = 'POST /orders',
  duration = 100,
  fails = false,
  queries = 1,
  attributes = {},
  traceId = newTraceId(),
  start = START,
}: {
  name?: string;
  duration?: number;
  fails?: boolean;
  queries?: number;
  attributes?: SpanRow['attributes'];
  traceId?: string;
  start?: number;
} = {}): TraceRow {
  const root = spanRow({
    traceId,
    name,
    kind: 1,
    start,
    duration,
    attributes: { 'http.route': '/orders', 'http.response.status_code': fails ? 402 : 200, ...attributes },
    events: [logEvent('stock reserved', { time: start + 1 })],
  });
  const calls = Array.from({ length: queries }, (_, index) =>
    childOf(root, {
      name: 'pg.query',
      kind: 2,
      start: start + index,
      duration: 1,
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': `select ${index}` },
    }),
  );
  const charge = childOf(root, {
    name: 'charge card',
    start: start + duration / 2,
    duration: duration / 4,
    status: fails ? 2 : 0,
    statusMessage: fails ? 'card declined' : undefined,
    events: fails
      ? [exceptionEvent('CardError', 'card 4711 declined', 'CardError: x\n    at pay (/app/pay.js:1:1)')]
      : [],
  });
  return traceRow([root, ...calls, charge]);
}

let lastLog = 0;

export function orphanLog(body: string, time = START): LogRow {
  const id = ++lastLog;
  return {
    id,
    process: SHOP,
    time,
    event: logEvent(body, { time }),
    traceId: undefined,
    spanId: undefined,
    reason: 'no_span',
  };
}

export function openRecord(members: Partial<OpenSpanRecord> = {}): OpenSpanRecord {
  return {
    spanId: 'aaaaaaaaaaaaaaaa',
    traceId: newTraceId(),
    parentSpanId: undefined,
    name: 'GET /slow',
    start: START - 1_000,
    attributes: { 'http.route': '/slow' },
    logs: 1,
    ...members,
  };
}
