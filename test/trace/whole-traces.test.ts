import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import { spy, useFakeTimers, type SinonFakeTimers } from 'sinon';
import type { DeliveredSpan } from '../../src/index.js';
import { estimatedSpanBytes } from '../../src/model/estimated-bytes.js';
import { DeliveredTraces } from '../../src/trace/delivered-traces.js';
import { WholeTraces } from '../../src/trace/whole-traces.js';

interface Told {
  id: string;
  parent?: string | undefined;
  isRemote?: boolean;
  thread?: number | undefined;
  traceId?: string;
  revision?: number;
}

function span({ id, parent, isRemote = false, thread, traceId = 't', revision }: Told): DeliveredSpan {
  return {
    name: id,
    spanContext: () => ({ traceId, spanId: id, traceFlags: 1 }),
    ...(parent !== undefined && { parentSpanContext: { traceId, spanId: parent, traceFlags: 1, isRemote } }),
    startTime: [0, 0],
    attributes: thread === undefined ? {} : { 'thread.id': thread },
    events: [],
    links: [],
    ...(revision !== undefined && { revision }),
  } as unknown as DeliveredSpan;
}

describe('WholeTraces', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => (clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })));
  afterEach(() => clock.restore());

  function start(open: ReadonlySet<string> = new Set()) {
    const taken: string[] = [];
    const takeAll = () => {
      for (let trace = whole.next(); trace !== undefined; trace = whole.next()) {
        taken.push(`${trace.spans.map(({ name }) => name).join(' ')}${trace.complete ? '' : ' …'}`);
      }
    };
    const options = { settleMillis: 100, timeoutMillis: 1_000, maxSpans: 100, maxBytes: 2 ** 20 };
    const isOpen = ({ spanId }: { spanId: string }) => open.has(spanId);
    const whole = new WholeTraces(options, { onDue: takeAll, isOpen, timers: { setTimeout, clearTimeout } });
    const add = (...told: Told[]) => whole.add(told.map(span));
    return { whole, add, taken };
  }

  it('waits settleMillis from the last span on', () => {
    const { add, taken } = start();

    add({ id: 'root' });
    clock.tick(99);
    add({ id: 'child', parent: 'root' });
    clock.tick(99);
    expect(taken).to.deep.equal([]);
    clock.tick(1);

    expect(taken).to.deep.equal(['root child']);
  });

  it('waits timeoutMillis for a root, from the last span on', () => {
    const { add, taken } = start();

    add({ id: 'a', parent: 'root' });
    clock.tick(999);
    add({ id: 'b', parent: 'root' });
    clock.tick(999);
    expect(taken).to.deep.equal([]);
    clock.tick(1);

    expect(taken).to.deep.equal(['a b …']);
  });

  it('waits settleMillis for more of a trace whose root was delivered, timeoutMillis for its root', () => {
    const { add, taken } = start();
    add({ id: 'root' }, { id: 'child', parent: 'gone', traceId: 'other' });
    clock.tick(1_000);

    add({ id: 'late', parent: 'root' }, { id: 'late too', parent: 'gone', traceId: 'other' });
    clock.tick(100);
    expect(taken.slice(2)).to.deep.equal(['late …']);
    clock.tick(900);

    expect(taken.slice(3)).to.deep.equal(['late too …']);
  });

  it('waits as long as the parent of a span is open', () => {
    const open = new Set(['client']);
    const { add, taken } = start(open);

    add({ id: 'server', parent: 'client', isRemote: true });
    clock.tick(10_000);
    expect(taken).to.deep.equal([]);
    open.clear();
    add({ id: 'client' });
    clock.tick(100);

    expect(taken).to.deep.equal(['server client']);
  });

  it('waits timeoutMillis for the parent of a span in its own thread', () => {
    const { add, taken } = start();

    add({ id: 'root' }, { id: 'step', parent: 'job', thread: 3 });
    clock.tick(999);
    add({ id: 'job', parent: 'root', isRemote: true, thread: 3 });
    clock.tick(100);
    add({ id: 'root 2', traceId: 'u' }, { id: 'step 2', parent: 'lost', thread: 3, traceId: 'u' });
    clock.tick(1_000);

    expect(taken).to.deep.equal(['root step job', 'root 2 step 2 …']);
  });

  it('does not wait for a parent in another thread that was delivered before', () => {
    const { add, taken } = start();
    add({ id: 'root' }, { id: 'job', parent: 'root', isRemote: true, thread: 3 });
    clock.tick(100);

    add({ id: 'afterwards', parent: 'job', thread: 3 });
    clock.tick(100);

    expect(taken).to.deep.equal(['root job', 'afterwards …']);
  });

  it('delivers every span once, keeps it waiting, or counts it as dropped, within its bounds', () => {
    const added = fc.record({
      id: fc.integer({ min: 0, max: 20 }).map(String),
      parent: fc.option(fc.integer({ min: 0, max: 20 }).map(String), { nil: undefined }),
      isRemote: fc.boolean(),
      thread: fc.option(fc.constant(1), { nil: undefined }),
      traceId: fc.constantFrom('t', 'u', 'v'),
    });
    const step = fc.oneof(fc.array(added, { maxLength: 8 }), fc.integer({ min: 1, max: 1_500 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let [all, out, isSlow] = [0, 0, false];
        const take = () => {
          if (isSlow) return;
          for (let trace = whole.next(); trace !== undefined; trace = whole.next()) out += trace.spans.length;
        };
        const options = { settleMillis: 100, timeoutMillis: 1_000, maxSpans: 10, maxBytes: 2 ** 20 };
        const whole: WholeTraces = new WholeTraces(options, {
          onDue: take,
          isOpen: () => false,
          timers: { setTimeout, clearTimeout },
        });
        for (const each of steps) {
          if (typeof each === 'number') clock.tick(each);
          else if (typeof each === 'boolean') isSlow = each;
          else {
            whole.add(each.map(span));
            all += each.length;
          }
          take();
          const { spans, dropped, bytes } = whole.stats;
          expect(out + spans + dropped).to.equal(all);
          expect(spans).to.be.at.most(10);
          expect(bytes > 0).to.equal(spans > 0);
        }
        isSlow = false;
        whole.settle();
        take();
        expect(whole.stats).to.include({ traces: 0, spans: 0, bytes: 0 });
      }),
    );
  });

  it('does not take a call between two parts of a process for the root', () => {
    const { add, taken } = start();

    add({ id: 'client', parent: 'root' }, { id: 'server', parent: 'client', isRemote: true });
    clock.tick(999);
    expect(taken).to.deep.equal([]);
    clock.tick(1);

    expect(taken).to.deep.equal(['client server …']);
  });

  it('replaces a waiting span by its amended revision', () => {
    const { whole, add, taken } = start();

    add({ id: 'root' });
    const { bytes } = whole.stats;
    add({ id: 'root', revision: 1 });

    expect(whole.stats).to.include({ spans: 1, bytes });
    clock.tick(100);
    expect(taken).to.deep.equal(['root']);
    expect(whole.stats).to.include({ spans: 0, bytes: 0 });
  });

  describe('whose owner takes a trace later', () => {
    const LIMITS = { settleMillis: 0, timeoutMillis: 1_000, maxSpans: 100, maxBytes: 2 ** 20 };
    const bytesOf = (told: Told): number => estimatedSpanBytes(span(told));

    function startIdle(options: Partial<typeof LIMITS> = {}) {
      const onDue = spy();
      const whole = new WholeTraces({ ...LIMITS, ...options }, { onDue, isOpen: () => false });
      return { whole, onDue, add: (...told: Told[]) => whole.add(told.map(span)) };
    }

    it('calls onDue only when a trace is due', () => {
      const { whole, onDue, add } = startIdle();

      add({ id: 'child', parent: 'root' });
      expect(onDue.callCount).to.equal(0);
      add({ id: 'root' });

      expect(onDue.callCount).to.equal(1);
      whole.clear();
    });

    it('counts traces until they are taken, due or not', () => {
      const { whole, add } = startIdle();

      add({ id: 'root' }, { id: 'child', parent: 'gone', traceId: 'u' }, { id: 'root', traceId: 'v' });
      expect(whole.stats).to.include({ traces: 3, spans: 3 });
      whole.next();

      expect(whole.stats).to.include({ traces: 2, spans: 2 });
      whole.clear();
    });

    it('keeps as many bytes as may wait, but not one more', () => {
      const told: Told = { id: 'root' };
      const enough = startIdle({ maxBytes: bytesOf(told) });
      const tooFew = startIdle({ maxBytes: bytesOf(told) - 1, maxSpans: 1 });

      for (const { add } of [enough, tooFew]) add(told);

      expect(enough.whole.stats).to.include({ spans: 1, dropped: 0 });
      expect(tooFew.whole.stats).to.include({ spans: 0, dropped: 1, droppedByBytes: 1 });
    });

    it('returns the trace that it waited for, even if a span has changed its trace id', () => {
      const { whole } = startIdle();
      const ids = ['t', 'other'];
      const fickle = { ...span({ id: 'fickle' }), spanContext: () => ({ traceId: ids.shift(), spanId: 'fickle' }) };

      whole.add([fickle as unknown as DeliveredSpan, span({ id: 'root' })]);

      expect(whole.next()).to.deep.include({ traceId: 't' });
    });
  });

  it('reports an error of its owner', () => {
    const error = spy();
    const silent = () => {};
    diag.setLogger({ error, warn: silent, info: silent, debug: silent, verbose: silent });
    const options = { settleMillis: 100, timeoutMillis: 1_000, maxSpans: 100, maxBytes: 2 ** 20 };
    const onDue = () => {
      throw new Error('no');
    };
    const whole = new WholeTraces(options, { onDue, isOpen: () => false, timers: { setTimeout, clearTimeout } });
    whole.add([span({ id: 'root' })]);

    clock.tick(100);
    diag.disable();

    expect(error.args.map(([, message]) => message as unknown)).to.deep.equal(['the delivery of a trace failed']);
  });

  it('counts a span with unreadable ids, and keeps the rest', () => {
    const { whole, add, taken } = start();
    const withIds = (traceId: unknown, spanId: unknown) =>
      ({ ...span({ id: 'odd' }), spanContext: () => ({ traceId, spanId }) }) as unknown as DeliveredSpan;

    whole.add([withIds(5, 'odd'), withIds('t', 5)]);
    add({ id: 'even' });
    clock.tick(100);

    expect(taken).to.deep.equal(['even']);
    expect(whole.stats).to.deep.equal({
      traces: 0,
      spans: 0,
      bytes: 0,
      evicted: 0,
      unreadable: 2,
      dropped: 0,
      droppedByBytes: 0,
    });
  });
});

describe('DeliveredTraces', () => {
  it('remembers the last 4,096 traces, and whether a root was among them, in bounded memory', () => {
    const delivered = new DeliveredTraces();

    delivered.add('first', true);
    for (let i = 0; i < 4_096; i++) delivered.add(`trace ${i}`, false);
    expect([delivered.hasRoot('first'), delivered.hasRoot('trace 1')]).to.deep.equal([true, false]);
    delivered.add('trace 1', true);
    delivered.add('trace 1', false);
    for (let i = 0; i < 4_096; i++) delivered.add(`more ${i}`, false);

    expect([delivered.hasRoot('first'), delivered.hasRoot('trace 1')]).to.deep.equal([undefined, true]);
  });
});
