import { expect } from 'chai';
import { ApiError } from '../../src/api/api-error.js';
import * as schemas from '../../src/api/schemas.js';
import { childOf, spanRow, traceRow } from '../model/rows.js';
import { newTraceId, openRecord, orderTrace, orphanLog, START, testConsole } from './test-console.js';

function refusalOf(code: () => unknown): ApiError {
  try {
    code();
  } catch (error) {
    expect(error).to.be.instanceOf(ApiError);
    return error as ApiError;
  }
  throw new Error('nothing was refused');
}

async function asyncRefusalOf(code: Promise<unknown>): Promise<ApiError> {
  const refusal = await code.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).to.be.instanceOf(ApiError);
  return refusal as ApiError;
}

describe('ConsoleApi', () => {
  it('gives answers as their schemas say', async () => {
    const { api, add, engine, host } = testConsole();
    const [plain, failed] = [orderTrace(), orderTrace({ fails: true, queries: 8 })];
    add(plain, failed, orderTrace({ duration: 900 }));
    engine.addLog(orphanLog('alone'));
    host.open = [openRecord()];
    api.mark({ name: 'before' });

    expect(schemas.hello.strict().parse(api.hello('view'))).to.have.property('role', 'view');
    schemas.stats.strict().parse(api.stats());
    expect(schemas.traces.strict().parse(api.traces({})).rows).to.have.length(3);
    expect(schemas.trace.strict().parse(api.trace(failed.traceId)).spans).to.have.length(10);
    expect(schemas.stacks.strict().parse(api.stacks({})).rows).to.have.length(3);
    expect(schemas.stacks.strict().parse(api.stacks({ mark: 'before' })).marks).to.have.length(1);
    expect(schemas.stacks.strict().parse(api.stacks({ split: 'http.response.status_code' })).rows).not.to.be.empty;
    expect(schemas.time.strict().parse(api.time({})).slots).not.to.be.empty;
    expect(schemas.time.strict().parse(api.time({ query: 'status = error' })).slots).not.to.be.empty;
    expect(schemas.slow.strict().parse(api.slow({}))).to.include({ slow: 1, normal: 2 });
    expect(schemas.errors.strict().parse(api.errors({})).groups).to.have.length(1);
    expect(schemas.logs.strict().parse(api.logs({})).rows).to.have.length(4);
    expect(schemas.open.strict().parse(await api.open({})).spans).to.have.length(1);
    schemas.completion.strict().parse(api.complete({ query: 'http.r', at: 6 }));
    schemas.sampling.strict().parse(await api.setSampling({ ratio: 0.5 }));
    schemas.filter.strict().parse(await api.setFilter({ minSeverity: 9 }));
    schemas.sampling.strict().parse(api.sampling());
    schemas.filter.strict().parse(api.filter());
    expect(schemas.cleared.strict().parse(api.clear())).to.deep.equal({ spans: 16, traces: 3 });
  });

  it('returns answers that JSON carries completely, for any attributes', () => {
    const { api, add } = testConsole();
    const odd = { nan: NaN, list: [1, Infinity, undefined], object: { a: 1 }, none: undefined } as never;
    const trace = orderTrace({ attributes: odd });
    add(trace);

    const answer = api.trace(trace.traceId);

    expect(schemas.trace.parse(JSON.parse(JSON.stringify(answer)))).to.deep.equal(answer);
    expect(answer.spans[0]!.attributes).to.include({ nan: 'NaN', object: '{"a":1}' });
    expect(answer.spans[0]!.attributes['list']).to.deep.equal([1, 'Infinity', null]);
  });

  it('names the bounds of the worker beside what it holds', () => {
    const { api, add, engine } = testConsole();
    add(orderTrace());
    engine.addLog(orphanLog('alone'));

    const { history, examples, waiting, stacks, errors, logs, completion } = api.stats();

    const bounds = { history, examples, waiting, stacks, errors, logs, completion };
    expect(
      Object.entries(bounds).map(([part, counts]) => [
        part,
        Object.entries(counts).filter(([name]) => name.startsWith('max')),
      ]),
    ).to.deep.equal([
      [
        'history',
        [
          ['maxSpans', 100_000],
          ['maxBytes', 64 * 2 ** 20],
        ],
      ],
      [
        'examples',
        [
          ['maxSpans', 2_000],
          ['maxBytes', 4 * 2 ** 20],
        ],
      ],
      [
        'waiting',
        [
          ['maxSpans', 20_000],
          ['maxBytes', 64 * 2 ** 20],
        ],
      ],
      [
        'stacks',
        [
          ['maxNodes', 2_000],
          ['maxBytes', 32 * 2 ** 20],
        ],
      ],
      ['errors', [['maxGroups', 500]]],
      [
        'logs',
        [
          ['maxOrphans', 10_000],
          ['maxBytes', 16 * 2 ** 20],
        ],
      ],
      [
        'completion',
        [
          ['maxKeys', 1_000],
          ['maxValuesPerKey', 5_000],
          ['maxBytes', 8 * 2 ** 20],
        ],
      ],
    ]);
    expect([history, stacks, logs, completion].map(({ bytes }) => bytes > 0)).not.to.include(false);
  });

  describe('coverage', () => {
    it('sums up the losses of every hop, and nothing else', () => {
      const { api } = testConsole();

      const { lost } = api.traces({}).coverage;

      expect(lost).to.deep.equal({
        cache: { queue_full: 2 },
        feed: 3,
        worker: 10,
        unreadable: 1,
        joined: 4,
        refused: { requestSpans: 6, requests: 7, batches: 8, batchSpans: 9 },
        logs: 9,
        total: 26,
      });
    });

    it('says how many spans made room', () => {
      const { api, add } = testConsole({ maxSpans: 6 });

      add(orderTrace(), orderTrace(), orderTrace());

      expect(api.stats().coverage).to.include({ received: 9, retained: 6, evicted: 3 });
    });
  });

  describe('capabilities', () => {
    it('includes control only for a control token', () => {
      const { api } = testConsole();

      expect(api.hello('view').capabilities).to.deep.equal(['open', 'mcp']);
      expect(api.hello('control').capabilities).to.include.members(['sampling', 'filter', 'clear']);
    });
  });

  describe('traces()', () => {
    it('takes the window by the arrival, and the clock of the console', () => {
      const { api, add, clock } = testConsole();
      const old = orderTrace({ start: START + 3_600_000 });
      add(old);
      clock.now = START + 60_000;
      const fresh = orderTrace({ start: START - 3_600_000 });
      add(fresh);

      expect(api.traces({ window: '30s' }).rows.map(({ id }) => id)).to.deep.equal([fresh.id]);
      expect(api.traces({ window: '2m' }).rows.map(({ id }) => id)).to.deep.equal([fresh.id, old.id]);
      expect(api.traces({ window: `${START}..${START + 1}` }).rows.map(({ id }) => id)).to.deep.equal([old.id]);
    });

    it('refuses a window that ends before it starts, and a query at its place', () => {
      const { api } = testConsole();

      expect(refusalOf(() => api.traces({ window: '9..3' }))).to.include({ status: 400 });
      const { status, failure } = refusalOf(() => api.traces({ query: 'duration > ' }));
      expect(status).to.equal(400);
      expect(failure).to.have.property('at').that.is.a('number');
    });

    it('refuses cursors that are none, of an earlier start, or of another order', () => {
      const { api, add } = testConsole();
      const before = testConsole({ epoch: 'e0' });
      add(orderTrace(), orderTrace());
      before.add(orderTrace(), orderTrace());
      const { cursor } = api.traces({ limit: 1 });
      const old = before.api.traces({ limit: 1 }).cursor!;

      for (const wrong of ['x', 'e1~newest', 'e1~newest~a~b~c~d~e', old])
        expect(refusalOf(() => api.traces({ cursor: wrong })).status).to.equal(400);
      expect(refusalOf(() => api.traces({ cursor: cursor!, sort: 'slowest' })).message).to.match(/another order/);
    });
  });

  describe('trace()', () => {
    it('joins the parts of a trace that came one after the other', () => {
      const { api, add } = testConsole();
      const first = orderTrace();
      const late = childOf(first.root, { name: 'late', start: START + 50, duration: 500 });
      add(first, traceRow([late], { complete: false }));

      const { spans, complete, duration } = api.trace(first.traceId);

      expect(spans.map(({ name, depth }) => `${depth} ${name}`)).to.include('1 late');
      expect(spans).to.have.length(4);
      expect(complete).to.equal(true);
      expect(duration).to.equal(550);
    });

    it('shows an example of a stack after its eviction, where nothing else sees it', () => {
      const { api, add, clock } = testConsole({ maxSpans: 6 });
      const slow = orderTrace({ duration: 900, fails: true });
      const others = [orderTrace(), orderTrace(), orderTrace()];
      add(slow);
      clock.now += 1_000;
      add(...others);
      const { rows } = api.stacks({});
      const failed = rows.find(({ name }) => name === 'charge card');

      expect(rows[0]!.examples).to.include({ newest: others[2]!.traceId, slowest: slow.traceId });
      expect(failed!.examples).to.include({ newestError: slow.traceId });
      expect(schemas.trace.parse(api.trace(slow.traceId))).to.include({ duration: 900, failed: 1 });
      expect(api.traces({ query: 'status = error' }).rows).to.deep.equal([]);
      expect(api.errors({ query: 'status = error' }).groups).to.deep.equal([]);
      expect(api.logs({}).rows.map(({ traceId }) => traceId)).not.to.include(slow.traceId);
      const { history, examples, coverage } = api.stats();
      expect([history.spans, coverage.retained, coverage.evicted]).to.deep.equal([6, 6, 6]);
      expect(examples).to.include({ traces: 1, spans: 3, maxSpans: 2_000, maxBytes: 4 * 2 ** 20, givenUp: 0 });
      expect(refusalOf(() => api.trace(others[0]!.traceId))).to.include({ status: 404 });
      api.clear();
      expect(refusalOf(() => api.trace(slow.traceId)).failure).to.include({ reason: 'cleared' });
    });

    it('reports when and why a trace was evicted, and that another was never here', () => {
      const { api, add, clock } = testConsole({ maxSpans: 3 });
      const first = orderTrace();
      const second = orderTrace();
      add(first);
      clock.now += 1_000;
      add(second);

      const evicted = refusalOf(() => api.trace(first.traceId));
      const unknown = refusalOf(() => api.trace('f'.repeat(32)));
      api.clear();
      const cleared = refusalOf(() => api.trace(second.traceId));

      expect([evicted, unknown, cleared].map(({ status }) => status)).to.deep.equal([404, 404, 404]);
      expect(schemas.gone.parse(evicted.failure)).to.include({ reason: 'spans', evictedAt: START + 1_000 });
      expect(schemas.gone.parse(unknown.failure)).to.include({ reason: 'unknown', evictedAt: null });
      expect(schemas.gone.parse(cleared.failure)).to.include({ reason: 'cleared' });
    });
  });

  describe('stacks()', () => {
    it('counts only spans that match a query', () => {
      const { api, add } = testConsole();
      add(orderTrace({ fails: true }), orderTrace());

      const { rows } = api.stacks({ query: 'name = "charge card" and status = error' });

      expect(rows.filter(({ calls }) => calls > 0).map(({ name, calls }) => [name, calls])).to.deep.equal([
        ['charge card', 1],
      ]);
    });

    it('gives the first rows of an order with their parents', () => {
      const { api, add } = testConsole();
      const root = spanRow({ traceId: newTraceId(), name: 'a', start: START, duration: 1 });
      const deep = childOf(root, { name: 'b', start: START, duration: 10 });
      const other = spanRow({ traceId: newTraceId(), name: 'c', start: START, duration: 5 });
      add(traceRow([root, deep]), traceRow([other]));

      const names = (limit: number) => api.stacks({ sort: 'p99', limit }).rows.map(({ name }) => name);

      expect(names(1)).to.deep.equal(['c']);
      expect(names(2)).to.deep.equal(['b', 'a']);
      expect(names(3)).to.deep.equal(['b', 'c', 'a']);
    });

    it('refuses a mark that was not set, and one with a query', () => {
      const { api } = testConsole();
      api.mark({ name: 'set' });

      expect(refusalOf(() => api.stacks({ mark: 'other' })).message).to.match(/marks: set/);
      expect(refusalOf(() => api.stacks({ mark: 'set', query: 'status = error' })).status).to.equal(400);
    });
  });

  describe('slow()', () => {
    it('compares the spans of a stack, at a duration that is given', () => {
      const { api, add } = testConsole();
      for (let at = 0; at < 6; at++) add(orderTrace({ duration: 400, attributes: { tenant: 'big' } }), orderTrace());
      const stack = api.stacks({}).rows.find(({ name }) => name === 'charge card')!.id;

      const answer = api.slow({ stack, slowerThan: 60 });

      expect(answer).to.include({ slowerThan: 60, slow: 6, normal: 6 });
      expect(api.slow({ slowerThan: 200 }).differences.map(({ key, value }) => `${key}=${value}`)).to.include(
        'tenant=big',
      );
    });

    it('has no slow spans if all took as long, and only the longer ones if most did', () => {
      const { api, add } = testConsole();
      for (let count = 0; count < 40; count++) add(orderTrace());

      expect(api.slow({})).to.include({ slow: 0, normal: 40 });
      expect(api.slow({}).slowerThan).to.be.above(100);

      add(orderTrace({ duration: 400 }));
      expect(api.slow({})).to.include({ slow: 1, normal: 40, slowerThan: 400 });
    });

    it('has no examples of nothing', () => {
      const { api } = testConsole();

      expect(api.slow({})).to.deep.include({ slow: 0, normal: 0, examples: { slow: [], normal: [] } });
    });
  });

  describe('time()', () => {
    it('has the slots in which calls are counted', () => {
      const { api, add } = testConsole();
      add(orderTrace());

      const windows = ['30s', '5m', '1h', '12h', `${START - 299_999}..${START + 1}`];
      const lengths = windows.map((window) => api.time({ window }).slotMillis);

      expect(lengths).to.deep.equal([1_000, 1_000, 10_000, 60_000, 1_000]);
      expect(api.time({ window: '5m', query: 'status = error' }).slotMillis).to.equal(1_000);
    });
  });

  describe('errors()', () => {
    it('keeps the groups of which a trace matches', () => {
      const { api, add } = testConsole();
      add(orderTrace({ fails: true, attributes: { tenant: 'a' } }));

      expect(api.errors({ query: 'tenant = a' }).groups).to.have.length(1);
      expect(api.errors({ query: 'tenant = b' }).groups).to.be.empty;
    });
  });

  describe('logs()', () => {
    it('pages through lines without losing one or giving one twice', () => {
      const { api, add, engine } = testConsole();
      for (let at = 0; at < 20; at++) {
        add(orderTrace({ start: START - at }));
        engine.addLog(orphanLog(`alone ${at}`, START - (at % 3)));
      }

      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = api.logs({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
        ids.push(...page.rows.map(({ id }) => id));
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);

      expect(ids).to.have.length(40);
      expect(new Set(ids)).to.have.property('size', 40);
    });

    it('matches each line by itself, and its span', () => {
      const { api, add, engine } = testConsole();
      add(orderTrace());
      engine.addLog(orphanLog('disk full'));

      expect(api.logs({ query: 'disk' }).rows.map(({ body }) => body)).to.deep.equal(['disk full']);
      expect(api.logs({ query: 'name = "POST /orders"' }).rows.map(({ body }) => body)).to.deep.equal([
        'stock reserved',
      ]);
    });

    it('refuses a cursor that is none', () => {
      const { api } = testConsole();

      expect(refusalOf(() => api.logs({ cursor: 'e1~newest~1~2' })).status).to.equal(400);
      expect(refusalOf(() => api.logs({ cursor: 'e0~logs~1~2' })).message).to.match(/restart/);
    });
  });

  describe('open()', () => {
    it('gives open spans, oldest first, with the names above them', async () => {
      const { api, host } = testConsole();
      const root = openRecord();
      const child = openRecord({
        traceId: root.traceId,
        spanId: 'b'.repeat(16),
        parentSpanId: root.spanId,
        name: 'pg.query',
        start: START - 10,
        attributes: { 'db.system.name': 'postgresql', odd: { a: 1 } },
      });
      host.open = [child, root];

      const all = await api.open({});
      const found = await api.open({ query: 'db.system.name = postgresql and duration > 5ms' });

      expect(all.spans.map(({ name, ageMillis, path }) => ({ name, ageMillis, path }))).to.deep.equal([
        { name: 'GET /slow', ageMillis: 1_000, path: ['GET /slow'] },
        { name: 'pg.query', ageMillis: 10, path: ['GET /slow', 'pg.query'] },
      ]);
      expect(all).to.include({ tracked: true, ageMillis: 20, total: 2 });
      expect(found.spans.map(({ name }) => name)).to.deep.equal(['pg.query']);
      schemas.open.parse(all);
    });

    it('does not go round in circles of parents', async () => {
      const { api, host } = testConsole();
      const a = openRecord({ spanId: 'a'.repeat(16), parentSpanId: 'b'.repeat(16) });
      host.open = [a, openRecord({ traceId: a.traceId, spanId: 'b'.repeat(16), parentSpanId: 'a'.repeat(16) })];

      expect((await api.open({})).spans).to.have.length(2);
    });

    it('is refused while the service does not answer', async () => {
      const { api, host } = testConsole();
      host.available = false;

      expect(await asyncRefusalOf(api.open({}))).to.include({ status: 503 });
      expect(await asyncRefusalOf(api.setSampling({ ratio: 1 }))).to.include({ status: 503 });
      expect(await asyncRefusalOf(api.setFilter({ minSeverity: 1 }))).to.include({ status: 503 });
    });
  });

  describe('version()', () => {
    it('grows with each arrival and each change of settings', async () => {
      const { api, add } = testConsole();
      const versions = [api.version()];

      add(orderTrace());
      versions.push(api.version());
      await api.setSampling({ ratio: 0.1 });
      versions.push(api.version());
      api.mark({ name: 'm' });
      versions.push(api.version());
      api.clear();
      versions.push(api.version());

      expect(new Set(versions).size).to.equal(5);
      expect(versions).to.deep.equal([...versions].sort((a, b) => a - b));
    });
  });
});
