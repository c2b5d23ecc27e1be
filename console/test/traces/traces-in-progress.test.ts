import { expect } from 'chai';
import fc from 'fast-check';
import { useFakeTimers, type SinonFakeTimers } from 'sinon';
import { runs } from '../../../test/property-runs.js';
import type { NewSpanRow } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { TracesInProgress } from '../../src/traces/traces-in-progress.js';
import { spanRow } from '../model/rows.js';

interface Told {
  readonly id: string;
  readonly parent?: string | undefined;
  readonly isRemote?: boolean;
  readonly thread?: number | undefined;
  readonly traceId?: string;
  readonly start?: number;
  readonly name?: string;
  readonly isAmended?: boolean;
}

function row({ id, parent, isRemote = false, thread, traceId = 't', start = 0, name = id }: Told): NewSpanRow {
  const ids = { id: 0, traceId, spanId: id, parentSpanId: parent, parentIsRemote: isRemote };
  return spanRow({ ...ids, name, thread, start });
}

function namesOf({ spans, complete }: TraceRow): string {
  return `${spans.map(({ name }) => name).join(' ')}${complete ? '' : ' …'}`;
}

describe('TracesInProgress', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => (clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })));
  afterEach(() => clock.restore());

  function start(bounds: { readonly maxSpans?: number; readonly maxBytes?: number } = {}) {
    const finished: TraceRow[] = [];
    const timers = { setTimeout, clearTimeout };
    const traces = new TracesInProgress((trace) => finished.push(trace), {
      settleMillis: 100,
      timeoutMillis: 1_000,
      timers,
      ...bounds,
    });
    const add = (...told: Told[]): void => {
      for (const each of told) traces.add(row(each), each.isAmended ?? false);
      traces.endBatch();
    };
    return { traces, add, finished, names: () => finished.map(namesOf) };
  }

  describe('waits', () => {
    it('settleMillis from the last span on', () => {
      const { add, names } = start();

      add({ id: 'root' });
      clock.tick(99);
      add({ id: 'child', parent: 'root' });
      clock.tick(99);
      expect(names()).to.deep.equal([]);
      clock.tick(10);

      expect(names()).to.deep.equal(['root child']);
    });

    it('twice as long after each trace that came in two parts, up to 400 ms, until none did for a minute', () => {
      const { add, names, finished } = start();
      let traces = 0;
      /** Whether a child that comes so long after its root is in the same part. */
      const isWhole = (millis: number): boolean => {
        const traceId = `t${traces++}`;
        add({ id: 'root', traceId });
        clock.tick(millis);
        add({ id: 'child', parent: 'root', traceId });
        clock.tick(1_000);
        const parts = finished.filter((trace) => trace.traceId === traceId).length;
        return parts === 1;
      };

      expect([150, 150, 250, 250, 350, 390].map(isWhole)).to.deep.equal([false, true, false, true, true, true]);
      expect(isWhole(500)).to.equal(false);
      expect(isWhole(390)).to.equal(true);
      clock.tick(60_000);
      expect(isWhole(150)).to.equal(false);
      expect(names()).to.include('child …');
    });

    it('no longer after parts that came seconds after their root, or had to make room', () => {
      const { add, finished, traces } = start({ maxSpans: 2 });
      for (const millis of [0, 3_000]) {
        const traceId = `t${millis}`;
        add({ id: 'root', traceId }, ...(millis === 0 ? [{ id: 'x' }, { id: 'y' }] : []));
        clock.tick(millis);
        add({ id: 'child', parent: 'root', traceId });
        clock.tick(1_100);
      }
      expect(traces.waiting.spans).to.equal(0);
      finished.length = 0;

      add({ id: 'root', traceId: 'last' });
      clock.tick(110);

      expect(finished).to.have.length(1);
    });

    it('timeoutMillis for a root, from the last span on', () => {
      const { add, names } = start();

      add({ id: 'a', parent: 'root' });
      clock.tick(999);
      add({ id: 'b', parent: 'root' });
      clock.tick(999);
      expect(names()).to.deep.equal([]);
      clock.tick(10);

      expect(names()).to.deep.equal(['a b …']);
    });

    it('no longer for a trace that has settled while another one waits for its root', () => {
      const { add, names } = start();

      add({ id: 'a', parent: 'lost', traceId: 'u' });
      clock.tick(500);
      add({ id: 'root' });
      clock.tick(110);
      expect(names()).to.deep.equal(['root']);
      clock.tick(400);

      expect(names()).to.deep.equal(['root', 'a …']);
    });

    it('settleMillis for more of a trace whose root had come, timeoutMillis for its root', () => {
      const { add, names } = start();
      add({ id: 'root' }, { id: 'child', parent: 'gone', traceId: 'other' });
      clock.tick(1_010);

      add({ id: 'late', parent: 'root' }, { id: 'late too', parent: 'gone', traceId: 'other' });
      clock.tick(110);
      expect(names().slice(2)).to.deep.equal(['late …']);
      clock.tick(900);

      expect(names().slice(3)).to.deep.equal(['late too …']);
    });

    it('timeoutMillis for a parent in the thread of its child', () => {
      const { add, names } = start();

      add({ id: 'root' }, { id: 'step', parent: 'job', thread: 3, start: 2 });
      clock.tick(999);
      add({ id: 'job', parent: 'root', isRemote: true, thread: 3, start: 1 });
      clock.tick(110);
      add({ id: 'root 2', traceId: 'u' }, { id: 'step 2', parent: 'lost', thread: 3, traceId: 'u' });
      clock.tick(1_010);

      expect(names()).to.deep.equal(['root job step', 'root 2 step 2 …']);
    });

    it('timeoutMillis while a service that calls itself has not ended, also if a call ends late', () => {
      const { add, names } = start();

      add({ id: 'served 1', parent: 'call 1', isRemote: true, start: 2 }, { id: 'call 1', parent: 'root', start: 1 });
      clock.tick(999);
      add({ id: 'served 2', parent: 'call 2', isRemote: true, start: 4 });
      clock.tick(999);
      add({ id: 'call 2', parent: 'root', start: 3 });
      clock.tick(999);
      add({ id: 'root', start: 0 });
      clock.tick(110);

      expect(names()).to.deep.equal(['root call 1 served 1 call 2 served 2']);
    });

    it('settleMillis for a root with a remote parent, also if a span below it never comes', () => {
      const { add, names } = start();

      add({ id: 'statement', parent: 'excluded', start: 1 }, { id: 'served', parent: 'far', isRemote: true, start: 1 });
      clock.tick(110);

      expect(names()).to.deep.equal(['statement served …']);
    });

    it('settleMillis for a root with a remote parent whose start cannot be read', () => {
      const { add, names } = start();

      add({ id: 'served', parent: 'far', isRemote: true, start: NaN });
      clock.tick(110);

      expect(names()).to.deep.equal(['served']);
    });

    it('not for a parent in another thread that has come before', () => {
      const { add, names } = start();
      add({ id: 'root' }, { id: 'job', parent: 'root', isRemote: true, thread: 3 });
      clock.tick(110);

      add({ id: 'afterwards', parent: 'job', thread: 3 });
      clock.tick(110);

      expect(names()).to.deep.equal(['root job', 'afterwards …']);
    });
  });

  describe('puts spans', () => {
    function inOneTrace(...told: Told[]): TraceRow {
      const { add, traces, finished } = start();
      add(...told);
      traces.finishAll();
      return finished[0]!;
    }

    it('in the order of their start, parents before children, and numbers them', () => {
      const trace = inOneTrace(
        { id: 'c', parent: 'b', start: 1 },
        { id: 'd', parent: 'a', start: 3 },
        { id: 'b', parent: 'a', start: 2 },
        { id: 'a', start: 2 },
      );

      expect(namesOf(trace)).to.equal('a b c d');
      expect(trace.spans.map(({ id }) => id)).to.deep.equal([1, 2, 3, 4]);
      expect(trace.root.name).to.equal('a');
    });

    it('that claim each other as parents behind the first of them', () => {
      const trace = inOneTrace(
        { id: 'a', parent: 'c', start: 3 },
        { id: 'b', parent: 'a', start: 1 },
        { id: 'c', parent: 'b', start: 2 },
      );

      expect(namesOf(trace)).to.equal('b c a …'.replace(' …', trace.complete ? '' : ' …'));
    });

    it('that came twice, or were amended, in the place of the earlier one', () => {
      const trace = inOneTrace(
        { id: 'a' },
        { id: 'b', parent: 'a', name: 'old' },
        { id: 'b', parent: 'a', name: 'new', isAmended: true },
        { id: 'a' },
      );

      expect(namesOf(trace)).to.equal('a new');
    });

    it('that share an id beside each other', () => {
      expect(namesOf(inOneTrace({ id: 'a', name: 'one' }, { id: 'a', name: 'two', start: 1 }))).to.equal('one two');
    });

    it('whose start cannot be read at the start of their parent, with their events', () => {
      const { traces, finished } = start();
      const log = { name: 'event', attributes: {}, log: undefined };
      const child = {
        ...row({ id: 'b', parent: 'a', start: NaN }),
        events: [
          { ...log, time: NaN },
          { ...log, time: 9 },
        ],
      };

      traces.add(child, false);
      traces.add(row({ id: 'a', start: 7 }), false);
      traces.endBatch();
      traces.finishAll();

      const [, b] = finished[0]!.spans;
      expect(b!.start).to.equal(7);
      expect(b!.events.map(({ time }) => time)).to.deep.equal([7, 9]);
    });
  });

  it('hands on the oldest trace as it is when more spans or bytes wait than may', () => {
    const { add, names, traces } = start({ maxSpans: 3 });

    add({ id: 'a', parent: 'x', traceId: 't' }, { id: 'b', parent: 'x', traceId: 'u' });
    add({ id: 'c', parent: 'x', traceId: 't' }, { id: 'd', parent: 'x', traceId: 'u' });
    expect(names()).to.deep.equal(['a c …']);
    expect(traces.waiting).to.include({ spans: 2, maxSpans: 3, traces: 1, maxBytes: 64 * 2 ** 20 });
    expect(traces.waiting.bytes).to.be.within(800, 2_000);

    const tight = start({ maxBytes: 1_500 });
    tight.add({ id: 'a', traceId: 't' }, { id: 'b', traceId: 'u' });
    expect(tight.names()).to.deep.equal(['a …']);
  });

  it('hands on every span once, parents before children, for any ids', () => {
    const told = fc.record({
      id: fc.nat(60).map(String),
      parent: fc.option(fc.nat(64).map(String), { nil: undefined }),
      isRemote: fc.boolean(),
      thread: fc.option(fc.constant(1), { nil: undefined }),
      traceId: fc.constantFrom('t', 'u', 'v'),
      start: fc.oneof(fc.nat(5), fc.constant(NaN)),
    });
    const step = fc.record({ spans: fc.array(told, { maxLength: 30 }), tick: fc.constantFrom(0, 50, 110, 1_010) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const { add, finished, traces } = start({ maxSpans: 40 });
        let added = 0;
        for (const { spans, tick } of steps) {
          add(...spans.map((span) => ({ ...span, name: `span ${added++}` })));
          clock.tick(tick);
          const done = finished.reduce((sum, trace) => sum + trace.spans.length, 0);
          expect(done + traces.waiting.spans).to.equal(added);
          expect(traces.waiting.spans).to.be.at.most(40);
        }
        traces.finishAll();

        const names = finished.flatMap(({ spans }) => spans.map(({ name }) => name));
        expect(new Set(names).size).to.equal(added);
        expect(traces.waiting).to.include({ spans: 0, bytes: 0, traces: 0 });
        for (const { spans } of finished) checkOrder(spans);
      }),
      { numRuns: runs(200) },
    );
  });
});

/** A parent comes first, unless it is part of a ring. If ids are shared, it is open which span is the parent. */
function checkOrder(spans: TraceRow['spans']): void {
  const shared = new Set(spans.map(({ spanId }) => spanId).filter((id, index, all) => all.indexOf(id) !== index));
  const places = new Map(spans.map(({ spanId }, index) => [spanId, index]));
  const parentOf = spans.map(({ parentSpanId }) => places.get(parentSpanId ?? ''));
  const isOpen = (index: number): boolean => {
    const seen = new Set<number>();
    for (let at: number | undefined = index; at !== undefined; at = parentOf[at]) {
      if (seen.has(at) || shared.has(spans[at]!.parentSpanId ?? '')) return true;
      seen.add(at);
    }
    return false;
  };
  for (const [index, span] of spans.entries()) {
    expect(Number.isFinite(span.start)).to.equal(true);
    const parent = parentOf[index];
    if (parent !== undefined && !isOpen(index)) expect(parent).to.be.below(index);
  }
}
