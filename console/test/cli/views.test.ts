import { expect } from 'chai';
import type {
  ErrorGroup,
  LogLine,
  Open,
  SpanDetail,
  StackRow,
  TraceDetail,
  TraceSummary,
} from '../../src/api/schemas.js';
import { cut, painted, type Line } from '../../src/text/styled.js';
import { errorsList } from '../../src/cli/views/errors-list.js';
import { groundLine } from '../../src/cli/views/ground.js';
import { logLine } from '../../src/cli/views/log-line.js';
import { openList } from '../../src/cli/views/open-list.js';
import { stacksTable } from '../../src/cli/views/stacks-table.js';
import { traceLine } from '../../src/cli/views/trace-line.js';
import { traceTree } from '../../src/cli/views/trace-tree.js';
import { COVERAGE, traceRow } from './fake-console.js';

const START = new Date(2026, 0, 2, 14, 6, 31, 204).getTime();

const textOf = (lines: readonly Line[], width: number): string => {
  return `\n${lines.map((line) => painted(cut(line, width), false)).join('\n')}\n`;
};

describe('traceLine()', () => {
  const lines = (width: number, services = false): string => {
    const row = (id: number, more: object) => traceRow(id, { start: START, ...more }) as TraceSummary;
    const rows = [
      row(1, { calls: [{ label: 'pg', count: 7, nPlusOne: true }], logs: 1 }),
      row(2, {
        name: 'POST /orders',
        httpStatus: 402,
        failed: 2,
        error: 'card declined',
        duration: 209,
        bar: [
          [0, 50],
          [160, 49],
        ],
        complete: false,
      }),
      row(3, { name: '注文を処理する'.repeat(8), httpStatus: null, spans: 12_345, service: 'stock' }),
    ];
    return textOf(
      rows.map((each) => traceLine(each, width, services)),
      width,
    );
  };

  it('fits into 80 columns', () => {
    expect(lines(80)).to.equal(`
14:06:31.204  00000001  GET /orders/1       200    38 ms   12 sp  pg×7 ⚠N+1  1 …
14:06:31.204  00000002  POST /orders        402   209 ms   12 sp  ✗ 2 card decl…
14:06:31.204  00000003  注文を処理する注…          38 ms  12,34…
`);
  });

  it('has more in 120 columns', () => {
    expect(lines(120, true)).to.equal(`
14:06:31.204  00000001  GET /orders/1                 200  ████████    38 ms    12 spans  pg×7 ⚠N+1  1 log  shop
14:06:31.204  00000002  POST /orders                  402  █▉    ▉█   209 ms    12 spans  ✗ 2 card declined  incomplete…
14:06:31.204  00000003  注文を処理する注文を処理す…        ████████    38 ms  12,345 sp…  stock
`);
  });
});

function spanOf(id: number, depth: number, more: Partial<SpanDetail>): SpanDetail {
  return {
    id,
    spanId: id.toString(16).padStart(16, '0'),
    parentSpanId: null,
    depth,
    children: 0,
    name: 'span',
    kind: 'internal',
    status: 'unset',
    statusMessage: null,
    start: START,
    duration: 10,
    self: 10,
    critical: 0,
    percentile: null,
    stack: null,
    attributes: {},
    events: [],
    links: [],
    scope: 'shop',
    scopeVersion: null,
    process: 0,
    service: 'shop',
    thread: null,
    dropped: { attributes: 0, events: 0, links: 0 },
    ...more,
  };
}

const TRACE: TraceDetail = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  start: START,
  duration: 209,
  complete: true,
  failed: 2,
  logs: 1,
  services: ['shop', 'bank'],
  spans: [
    spanOf(0, 0, {
      name: 'POST /orders',
      kind: 'server',
      status: 'error',
      statusMessage: 'card declined',
      duration: 209,
      self: 121,
      critical: 121,
      children: 3,
      percentile: 0.97,
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': 402,
        'url.scheme': 'http',
        'app.items': ['a', 'b'],
      },
      events: [
        {
          name: 'log',
          time: START + 12,
          attributes: { sku: 'A\x1b[31m' },
          log: { severityNumber: 9, severityText: 'INFO', body: 'stock reserved' },
        },
      ],
    }),
    spanOf(1, 1, {
      name: 'pg.query SELECT',
      kind: 'client',
      start: START + 14,
      duration: 24,
      self: 24,
      critical: 23,
      thread: 3,
    }),
    spanOf(2, 1, { name: 'charge card', start: START + 100, duration: 65, self: 5, critical: 5, children: 1 }),
    spanOf(3, 2, {
      name: 'POST',
      kind: 'client',
      status: 'error',
      attributes: { 'error.type': 'Declined' },
      start: START + 102,
      duration: 60,
      self: 60,
      critical: 60,
      dropped: { attributes: 0, events: 2, links: 0 },
      events: [
        {
          name: 'exception',
          time: START + 150,
          attributes: {
            'exception.type': 'Declined',
            'exception.message': 'no',
            'exception.stacktrace': 'Declined: no\n    at pay (shop.js:3:1)',
          },
          log: null,
        },
      ],
    }),
    spanOf(4, 1, { name: 'audit', start: START + 60, duration: 30, self: 30 }),
  ],
  nPlusOne: [
    {
      parent: '0',
      name: 'pg.query SELECT',
      statement: 'SELECT * FROM items WHERE id = ?',
      count: 7,
      duration: 24,
      share: 0.11,
      example: '1',
    },
  ],
  resources: {},
  coverage: COVERAGE,
};

describe('traceTree()', () => {
  it('fits into 80 columns', () => {
    expect(textOf(traceTree(TRACE, { width: 80, all: false }), 80)).to.equal(`
trace 4bf92f3577b34da6a3ce929d0e0e4736 · 209 ms · 5 spans · 2 errors · 1 log · …
    time      self
  209 ms    121 ms  ━━━━━━━━━━━━━━━━  POST /orders  server  ✗ card declined
                                      │  slower than 97 % of its stack
                                      │  http.response.status_code=402
                                      │  app.items=["a","b"]
  +12 ms             •                │  INFO  stock reserved  sku=A\\x1b[31m
   24 ms     24 ms   ━━               ├─ pg.query SELECT  client  thread 3
   65 ms      5 ms         ╺━━━━╸     ├─ charge card
   60 ms     60 ms          ━━━━╸     │  └─ POST  client  ✗ Declined
 +150 ms                       •      │        exception  Declined: no
                                      │        ⋯ 2 events dropped
   30 ms     30 ms      ╶──           └─ audit

critical path · 209 ms of 209 ms
  121 ms    58 %  POST /orders
   60 ms    29 %  POST
   23 ms    11 %  pg.query SELECT
    5 ms   2.4 %  charge card

repeated calls (N+1)
   24 ms    11 %  7 times pg.query SELECT  SELECT * FROM items WHERE id = ?
`);
  });

  it('has everything on request', () => {
    expect(textOf(traceTree(TRACE, { width: 120, all: true }), 120)).to.equal(`
trace 4bf92f3577b34da6a3ce929d0e0e4736 · 209 ms · 5 spans · 2 errors · 1 log · shop, bank
    time      self
  209 ms    121 ms  ━━━━━━━━━━━━━━━━━━━━━━━━━━  POST /orders  server  ✗ card declined  slower than 97 % of its stack
                                                │  http.request.method=POST  http.response.status_code=402
                                                │  url.scheme=http  app.items=["a","b"]
  +12 ms             •                          │  INFO  stock reserved  sku=A\\x1b[31m
   24 ms     24 ms   ╺━━╸                       ├─ pg.query SELECT  client  thread 3
   65 ms      5 ms              ╺━━━━━━━╸       ├─ charge card
   60 ms     60 ms              ╺━━━━━━━        │  └─ POST  client  ✗ Declined
                                                │        error.type=Declined
 +150 ms                              •         │        exception  Declined: no
                                                │            at pay (shop.js:3:1)
                                                │        ⋯ 2 events dropped
   30 ms     30 ms         ╶───                 └─ audit

critical path · 209 ms of 209 ms
  121 ms    58 %  POST /orders
   60 ms    29 %  POST
   23 ms    11 %  pg.query SELECT
    5 ms   2.4 %  charge card

repeated calls (N+1)
   24 ms    11 %  7 times pg.query SELECT  SELECT * FROM items WHERE id = ?
`);
  });

  it('keeps room for the text of deep spans', () => {
    const spans = Array.from({ length: 60 }, (_, depth) =>
      spanOf(depth, depth, { name: 'deep', children: depth < 59 ? 1 : 0 }),
    );
    const lines = traceTree({ ...TRACE, spans, nPlusOne: [] }, { width: 80, all: false });

    expect(lines).to.have.length(62);
    expect(painted(lines[61]!, false)).to.match(/… .*└─ deep$/);
    expect(painted(lines[61]!, false).length).to.be.at.most(80);
  });
});

describe('stacksTable()', () => {
  const row = (id: number, parent: number | null, depth: number, more: Partial<StackRow>): StackRow => ({
    id,
    parent,
    depth,
    name: 'GET /orders',
    kind: 'server',
    scope: 'shop',
    value: null,
    share: 1,
    spark: [0, 0, 1, 2, 4, 8],
    nPlusOne: false,
    examples: { newest: null, slowest: null, newestError: null },
    before: null,
    calls: 1_204,
    perSecond: 4.013,
    errors: 0,
    total: 1,
    self: 1,
    p50: 12.3,
    p95: 209,
    p99: 1_240,
    selfP95: 121,
    max: 2_000,
    ...more,
  });
  const stacks = {
    rows: [
      row(2, 1, 1, {
        name: 'charge card',
        kind: 'internal',
        errors: 602,
        share: 0.58,
        before: row(2, 1, 1, { p95: 100 }),
      }),
      row(1, null, 0, {}),
      row(3, 1, 1, { name: 'SELECT', kind: 'client', nPlusOne: true, share: 0.004, value: 'eu' }),
      row(9, 7, 3, { name: 'elsewhere', kind: 'internal' }),
    ],
    from: 0,
    to: 0,
    folded: 7,
    late: 1,
    marks: [],
    partial: false,
    coverage: COVERAGE,
  };

  it('fits into 80 columns', () => {
    expect(textOf(stacksTable(stacks, 80), 80)).to.equal(`
calls/s    err      p50      p95  share  stack
   4.01           12 ms   209 ms  100 %  GET /orders server
   4.01   50 %    12 ms   209 ms   58 %    charge card  p95 was 100 ms
   4.01           12 ms   209 ms  0.4 %    SELECT eu client ⚠N+1
   4.01           12 ms   209 ms  100 %        elsewhere
7 calls counted under (others)
1 span arrived too late for this window
`);
  });

  it('has more in 120 columns', () => {
    expect(textOf(stacksTable(stacks, 120), 120)).to.equal(`
  calls  calls/s    err      p50      p95      p99  self p95  share  calls over time  stack
  1,204     4.01           12 ms   209 ms   1.24 s    121 ms  100 %    ▁▂▄█           GET /orders server
  1,204     4.01   50 %    12 ms   209 ms   1.24 s    121 ms   58 %    ▁▂▄█             charge card  p95 was 100 ms
  1,204     4.01           12 ms   209 ms   1.24 s    121 ms  0.4 %    ▁▂▄█             SELECT eu client ⚠N+1
  1,204     4.01           12 ms   209 ms   1.24 s    121 ms  100 %    ▁▂▄█                 elsewhere
7 calls counted under (others)
1 span arrived too late for this window
`);
  });

  it('has each row once, with any parents', () => {
    const rows = [row(1, 2, 0, {}), row(2, 1, 0, {}), row(3, 3, 0, {}), row(4, null, 0, {})];

    // Rows that are each other's parents are in no tree; no engine makes them.
    expect(stacksTable({ ...stacks, rows, folded: 0, late: 0 }, 80)).to.have.length(3);
  });
});

describe('errorsList()', () => {
  const group: ErrorGroup = {
    id: 1,
    type: 'CardDeclined',
    message: 'card <n> declined',
    frame: 'charge (shop.js:12:3)',
    count: 1_234,
    perMinute: 4.2,
    firstSeen: START - 3_600_000,
    lastSeen: START - 12_000,
    latest: {
      message: 'card 7 declined',
      stack: `CardDeclined: card 7 declined\n${Array.from({ length: 10 }, (_, line) => `    at f${line} (shop.js:${line}:1)`).join('\n')}`,
      span: 'charge card',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
    },
    traces: [],
    spark: [0, 1, 8],
    before: null,
  };

  it('has three lines for each group', () => {
    expect(textOf(errorsList([group], START, false), 80)).to.equal(`
 1,234 ×  CardDeclined: card <n> declined
          last 12 s ago · first 1h 00m ago · 4.2 a minute   ▁█
          in charge card at charge (shop.js:12:3) · trace 4bf92f35
`);
  });

  it('has the first frames on request', () => {
    const lines = errorsList([group], START, true);

    expect(lines).to.have.length(12);
    expect(textOf(lines.slice(-2), 80)).to.equal(`
            at f7 (shop.js:7:1)
            … 2 more
`);
  });
});

describe('logLine()', () => {
  const log: LogLine = {
    id: '1',
    time: START,
    severityNumber: 13,
    severity: '',
    body: 'low on stock\n',
    attributes: { sku: 'A-1', 'code.function': 'f' },
    span: 'GET /orders',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    service: 'shop',
    reason: null,
  };

  it('shows the message and its place', () => {
    const orphan = { ...log, severity: 'notice', span: null, traceId: null, reason: 'no_span' };

    expect(
      textOf(
        [logLine(log), logLine(orphan), logLine({ ...orphan, severityNumber: null, severity: '', reason: null })],
        100,
      ),
    ).to.equal(`
14:06:31.204  WARN   4bf92f35  low on stock\\n  sku=A-1  in GET /orders
14:06:31.204  noti…            low on stock\\n  sku=A-1  no span (no_span)
14:06:31.204  LOG              low on stock\\n  sku=A-1  no span
`);
  });
});

describe('openList()', () => {
  it('says how long each span has been open, and in which others', () => {
    const span: Open['spans'][number] = {
      spanId: '00f067aa0ba902b7',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentSpanId: null,
      name: 'SELECT',
      start: START,
      ageMillis: 12_400,
      path: ['GET /orders', 'load', 'SELECT'],
      attributes: { 'db.system.name': 'postgresql' },
      logs: 2,
    };

    expect(textOf(openList([span, { ...span, name: 'alone', path: ['alone'], ageMillis: 3, logs: 0 }]), 100)).to.equal(`
  12.4 s  4bf92f35  SELECT in load in GET /orders  2 logs  db.system.name=postgresql
    3 ms  4bf92f35  alone  db.system.name=postgresql
`);
  });
});

describe('groundLine()', () => {
  it('says what an answer rests on', () => {
    const since = { ...COVERAGE, retainedSince: START };
    const lost = { ...COVERAGE.lost, cache: { queue_full: 3 }, feed: 1_000, worker: 5, joined: 2, total: 1_010 };
    const refused = { requestSpans: 0, requests: 3, batches: 1, batchSpans: 7 };
    const others = { ...COVERAGE.lost, refused, logs: 4_000 };

    const grounds = [since, { ...COVERAGE, retainedSince: null, lost }, { ...since, lost: others }];

    expect(textOf(grounds.map(groundLine), 200)).to.equal(`
received 1,204,331 · kept 100,000 since 14:06:31 · lost 0
received 1,204,331 · kept 100,000 · lost 1,010 spans (cache queue_full 3, on the way to the console 1,000, dead worker 5, joined processes 2)
received 1,204,331 · kept 100,000 since 14:06:31 · lost 0 · OTLP requests refused 3 · batches of joining processes refused 1 · log records lost 4,000
`);
  });
});
