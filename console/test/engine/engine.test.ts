import { ROOT_CONTEXT, SpanStatusCode, trace as traceApi } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { Engine, type Parts } from '../../src/engine/engine.js';
import { newParts } from '../../src/engine/parts.js';
import { History } from '../../src/history/history.js';
import type { LogRow, SeenProcess } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { LogRowMaker } from '../../src/model/log-rows.js';
import { DeliveredRows } from '../model/delivered-rows.js';
import { childOf, spanRow, traceRow } from '../model/rows.js';
import { testService, type TestService } from '../service.js';

const SHOP: SeenProcess = { id: 1, origin: 'host', service: 'shop', pid: 1, resource: {} };
const NOW = Date.now();
const LAST_HOUR = { from: NOW - 3_600_000, to: NOW + 3_600_000 };

const WAITING = { spans: 2, maxSpans: 3, bytes: 800, maxBytes: 1_600, traces: 1 };

function newEngine(change: (parts: Parts) => Parts = (parts) => parts): Engine {
  const parts = change(newParts({ maxSpans: 1_000, maxBytes: 2 ** 20 }));
  return new Engine(parts, { waiting: () => WAITING });
}

/** A trace of a root, a child that fails and a log line, as the real SDK makes it; and a log line without a span. */
function checkout(service: TestService): { readonly trace: TraceRow; readonly orphan: LogRow } {
  const subscription = service.cache.subscribe({ orphans: true });
  const root = service.tracer.startSpan('POST /orders', { attributes: { 'http.route': '/orders' } });
  const context = traceApi.setSpan(ROOT_CONTEXT, root);
  const child = service.tracer.startSpan('charge card', {}, context);
  child.recordException(new RangeError('card 4711 declined'));
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'declined' });
  service.logger.emit({ body: 'stock reserved', severityNumber: 9, context });
  service.logger.emit({ body: 'alone', context: ROOT_CONTEXT });
  child.end();
  root.end();
  service.cache.flush();
  const { spans, orphans } = subscription.take()!;
  subscription.close();
  return { trace: new DeliveredRows(SHOP).trace({ spans }), orphan: new LogRowMaker().of(orphans[0]!, SHOP) };
}

describe('Engine', () => {
  let service: TestService;
  beforeEach(() => (service = testService()));
  afterEach(() => service.shutdown());

  it('gives a finished trace to history, stacks, errors and the index of values', () => {
    const engine = newEngine();
    const { trace } = checkout(service);

    engine.addTrace(trace, NOW);

    const [row] = engine.history.partsOf(trace.traceId);
    expect(row!.spans.map(({ name }) => name)).to.deep.equal(['POST /orders', 'charge card']);
    expect(engine.stacks.rows(LAST_HOUR).map(({ name, calls }) => `${name} ${calls}`)).to.include.members([
      'POST /orders 1',
      'charge card 1',
    ]);
    expect(engine.errors.groups(LAST_HOUR, NOW).map(({ type }) => type)).to.deep.equal(['RangeError']);
    expect(engine.complete('http.route = ', 13, engine.values).items.map(({ text }) => text)).to.include('/orders');
    expect(engine.failed).to.equal(0);
  });

  it('passes log records without a span to the logs, and finds the records of traces', () => {
    const engine = newEngine();
    const { trace, orphan } = checkout(service);

    engine.addTrace(trace, NOW);
    engine.addLog(orphan);

    const lines = [...engine.logs.newestFirst(engine.history.newestFirst())].map(({ line }) => line.body);
    expect(lines).to.include.members(['alone', 'stock reserved']);
  });

  it('parses queries that look at what it keeps', () => {
    const engine = newEngine();
    engine.addTrace(checkout(service).trace, NOW);
    const [row] = engine.history.newestFirst();

    const query = engine.parse('status = error and count(name = "charge card") = 1');

    expect('error' in query ? query.error : query.matchesTrace(row!)).to.equal(true);
  });

  it('counts what arrives, and says how much in a second', () => {
    const engine = newEngine();

    engine.count(30, 10_000);
    engine.count(10, 10_500);

    expect(engine.received()).to.equal(40);
    expect(engine.spansPerSecond(10_500)).to.equal(20);
    expect(engine.spansPerSecond(12_500)).to.equal(0);
    expect(engine.waiting()).to.equal(WAITING);
  });

  it('has a new version whenever an answer may have changed', () => {
    const engine = newEngine();
    const { trace, orphan } = checkout(service);
    const versions = [engine.version()];

    engine.addTrace(trace, NOW);
    versions.push(engine.version());
    engine.addLog(orphan);
    versions.push(engine.version());
    engine.touch();
    versions.push(engine.version());
    engine.clear(NOW);
    versions.push(engine.version());

    expect(new Set(versions)).to.have.property('size', versions.length);
  });

  it('forgets all of it when it is cleared, and says how much', () => {
    const engine = newEngine();
    const { trace, orphan } = checkout(service);
    engine.addTrace(trace, NOW);
    engine.addLog(orphan);

    const cleared = engine.clear(NOW);

    expect(cleared).to.deep.equal({ spans: 2, traces: 1 });
    expect(engine.history.stats().spans).to.equal(0);
    expect(engine.history.goneOf(trace.traceId)).to.include({ reason: 'cleared' });
    expect(engine.errors.groups(LAST_HOUR, NOW)).to.deep.equal([]);
    expect(engine.logs.stats().orphans).to.equal(0);
    expect(engine.stacks.rows(LAST_HOUR)).to.deep.equal([]);
  });

  it('keeps evicted traces only while stacks offer them, and offers only traces that it keeps', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const call = fc.record({ name, child: name, duration: fc.integer({ min: 1, max: 1_000 }), fails: fc.boolean() });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 80 }), (calls) => {
        const engine = newEngine((parts) => ({
          ...parts,
          history: new History({ maxSpans: 6, examples: { maxSpans: 9 } }),
        }));
        for (const [i, { name, child, duration, fails }] of calls.entries()) {
          const root = spanRow({ traceId: `t${i}`, name, duration, status: fails ? 2 : 0 });
          engine.addTrace(traceRow([root, childOf(root, { name: child, duration: duration / 3 })]), NOW);
        }
        const used = new Set(
          engine.stacks.rows(LAST_HOUR).flatMap(({ examples }) => Object.values(examples).filter((id) => id !== null)),
        );

        for (const id of used) expect(engine.history.allPartsOf(id), id).not.to.be.empty;
        for (const i of calls.keys()) {
          const { uses } = engine.history.exampleOf(`t${i}`);
          if (used.has(`t${i}`)) expect(uses, `t${i}`).to.be.above(0);
        }
        const { spans, givenUp } = engine.history.stats().examples;
        expect(spans).to.be.at.most(8);
        if (givenUp === 0) {
          for (const row of engine.stacks.rows(LAST_HOUR)) expect(row.examples.slowest, row.name).not.to.equal(null);
        }
      }),
      { numRuns: runs(100) },
    );
  });

  it('goes on if one part fails, and counts it', () => {
    const engine = newEngine((parts) => ({
      ...parts,
      errors: Object.assign(Object.create(parts.errors) as Parts['errors'], {
        add: () => {
          throw new Error('broken');
        },
      }),
    }));

    engine.addTrace(checkout(service).trace, NOW);

    expect(engine.failed).to.equal(1);
    expect(engine.history.stats().spans).to.equal(2);
    expect(engine.values.stats().keys).to.be.above(0);
  });
});
