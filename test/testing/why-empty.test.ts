import { AsyncResource } from 'node:async_hooks';
import { trace, type Span } from '@opentelemetry/api';
import { AlwaysOffSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { expect, use } from 'chai';
import sinon from 'sinon';
import { newCache } from '../caches.js';
import { traceChai } from '../../src/testing/chai.js';
import { traceMatchers } from '../../src/testing/runners/matchers.js';
import {
  assertLog,
  assertNoSpan,
  assertSpan,
  assertTrace,
  traceTesting,
  type TraceRun,
  type TraceTesting,
} from '../../src/testing/index.js';
import { remoteScope } from '../../src/testing/remote/index.js';
import { unregisterGlobals } from '../sdk.js';
import { childOf, endedSpan, failureOf, names, startSpan, startTracing } from './capture/tracing-tools.js';
import { thrownBy } from './assert/thrown.js';

use(traceChai);

/** Assertions and waits for a span that does not exist. */
const QUESTIONS: Readonly<Record<string, (run: TraceRun<unknown>) => unknown>> = {
  'assertTrace()': (run) => assertTrace(run, { name: 'job' }),
  'assertTrace() of its traces': (run) => assertTrace(run.traces, { name: 'job' }),
  'assertSpan()': (run) => assertSpan(run, { name: 'job' }),
  'assertSpan() of its spans': (run) => assertSpan(run.spans, { name: 'job' }),
  'chai’s span': (run) => expect(run).to.have.span({ name: 'job' }),
  'chai’s matchTrace': (run) => expect(run).to.matchTrace({ name: 'job' }),
  'chai’s openSpans': (run) => expect(run).to.have.openSpans(1),
};

describe('A failure about a run without spans', () => {
  let tracing: TraceTesting | undefined;
  afterEach(async () => {
    await tracing?.shutdown();
    unregisterGlobals();
  });

  for (const [question, ask] of Object.entries(QUESTIONS)) {
    it(`reports in ${question} that there is no provider`, async () => {
      tracing = startTracing({ install: false });
      const run = await tracing.run(() => endedSpan('job'));

      expect(thrownBy(() => ask(run)).message).to.match(/\n\nno provider is registered: spans are no-ops/);
    });
  }

  it('reports in matchers of jest and vitest that there is no provider', async () => {
    tracing = startTracing({ install: false });
    const run = await tracing.run(() => endedSpan('job'));
    const state = { utils: { diff: () => '' } };

    const verdicts = [
      traceMatchers.toHaveSpan.call(state, run, { name: 'job' }),
      traceMatchers.toMatchTrace.call(state, run, { name: 'job' }),
    ];

    for (const { pass, message } of verdicts) {
      expect(pass).to.equal(false);
      expect(message()).to.include('no provider is registered');
    }
  });

  it('reports that the sampler dropped all spans', async () => {
    unregisterGlobals();
    trace.setGlobalTracerProvider(new BasicTracerProvider({ sampler: new AlwaysOffSampler() }));
    tracing = traceTesting();
    const run = await tracing.run(() => endedSpan('job'));

    expect(thrownBy(() => assertTrace(run, { name: 'job' })).message).to.match(
      /^no trace was captured, expected job\n\nunsampled: /,
    );
  });

  it('reports that no provider has the cache', async () => {
    unregisterGlobals();
    tracing = traceTesting({ cache: newCache() });
    trace.setGlobalTracerProvider(new BasicTracerProvider());
    const run = await tracing.run(() => endedSpan('job'));

    expect(thrownBy(() => assertSpan(run, { name: 'job' })).message).to.include('\n\nforeign provider: ');
  });

  it('reports that another run owns them', async () => {
    tracing = startTracing();
    const other = await tracing.run(() => startSpan('root'));
    const run = await tracing.run(() => tracing!.run(() => endedSpan('job')));

    expect(thrownBy(() => assertSpan(run, { name: 'job' })).message).to.include('owned by another scope: 1 span');
    other.result.end();
  });

  it('reports that another process sent nothing', async () => {
    await using scope = await remoteScope();

    expect(thrownBy(() => assertTrace(scope, { name: 'job' })).message).to.include(
      'nothing was sent to http://127.0.0.1:',
    );
    expect(thrownBy(() => assertLog(scope, { body: 'paid' })).message).to.include(
      'nothing was sent to http://127.0.0.1:',
    );
  });

  it('stands in a paragraph of its own below the trees', async () => {
    tracing = startTracing();
    const run = await tracing.run(() => endedSpan('job'));

    const source = { spans: run.spans, traces: run.traces, explainInstrumentations: () => 'none is loaded' };

    expect(thrownBy(() => assertSpan(source, { kind: 'server' })).message).to.match(/\n✗ job\n.*\n\nnone is loaded\n$/);
  });

  it('adds no explanation for a list without a run, or for a run with spans', async () => {
    tracing = startTracing();
    const run = await tracing.run(() => endedSpan('job'));

    expect(thrownBy(() => assertTrace([], { name: 'job' })).message).to.equal('no trace was captured, expected job');
    expect(thrownBy(() => assertSpan(run, { name: 'other' })).message).to.not.include('provider');
  });
});

/** Assertions that something does not exist. */
const DENIALS: Readonly<Record<string, (run: TraceRun<unknown>) => unknown>> = {
  'assertNoSpan()': (run) => assertNoSpan(run, { name: 'job' }),
  'assertNoSpan() of its spans': (run) => assertNoSpan(run.spans, { name: 'job' }),
  'chai’s not span': (run) => expect(run).to.not.have.span({ name: 'job' }),
  'chai’s not matchTrace': (run) => expect(run).to.not.matchTrace({ name: 'job' }),
  'chai’s openSpans': (run) => expect(run).to.have.openSpans(0),
};

describe('A run where no span could arrive', () => {
  let tracing: TraceTesting;
  afterEach(async () => {
    await tracing.shutdown();
    unregisterGlobals();
  });

  for (const [denial, deny] of Object.entries(DENIALS)) {
    it(`does not let ${denial} pass`, async () => {
      tracing = startTracing({ install: false });
      const run = await tracing.run(() => endedSpan('job'));

      expect(thrownBy(() => deny(run)).message).to.match(
        /^cannot tell .*\n\nno provider is registered: spans are no-ops/,
      );
    });
  }

  it('does not let assertNoSpan() pass when its time is up', async () => {
    tracing = startTracing({ install: false });
    const run = await tracing.run(() => endedSpan('job'));

    const error = await assertNoSpan(run, { name: 'job' }, { withinMillis: 1 }).catch((thrown: unknown) => thrown);

    expect((error as Error).message).to.match(/^cannot tell whether a span matches job\n/);
  });

  it('differs from a run without any started span, where negative assertions pass', async () => {
    tracing = startTracing();
    const run = await tracing.run(() => 'idle');

    for (const deny of Object.values(DENIALS)) deny(run);
    await tracing.shutdown();
    for (const deny of Object.values(DENIALS)) deny(run);
  });
});

describe('A span with an uncertain owner', () => {
  let tracing: TraceTesting;
  beforeEach(() => {
    tracing = startTracing();
  });
  afterEach(async () => {
    await tracing.shutdown();
    unregisterGlobals();
  });

  /** Begins a loop in an earlier run, which goes on in its async context when that is over. */
  async function beginLoop(): Promise<(work: () => void) => Promise<void>> {
    const { result } = await tracing.run(
      () => {
        const queue: (() => void)[] = [];
        const timer = setInterval(() => queue.splice(0).forEach((work) => work()), 1);
        return { queue, timer };
      },
      { name: 'earlier test' },
    );
    after(() => clearInterval(result.timer));
    return (work) => new Promise((resolve) => result.queue.push(work, resolve));
  }

  for (const [denial, deny] of Object.entries(DENIALS).filter(([name]) => !name.includes('openSpans'))) {
    it(`does not let ${denial} pass if the loop of an earlier run created it`, async () => {
      const inLoop = await beginLoop();
      const run = await tracing.run(() => inLoop(() => endedSpan('job')));

      expect(thrownBy(() => deny(run)).message).to.match(
        /^cannot tell .*\n\njob matches, but is owned by another scope: it was started in the async context of earlier test/,
      );
    });
  }

  it('makes an assertion inconclusive only if the pattern, the number and the start time fit', async () => {
    const inLoop = await beginLoop();
    const before = await tracing.run(() => {});
    await inLoop(() => endedSpan('job'));
    const run = await tracing.run(() => inLoop(() => endedSpan('job')));
    await inLoop(() => endedSpan('late'));

    assertNoSpan(before, { name: 'job' });
    assertNoSpan(run, { name: 'other' });
    assertNoSpan(run, { name: 'late' });
    assertNoSpan(run, { name: 'job', times: 2 });
  });

  it('is uncertain together with all spans below it', async () => {
    const inLoop = await beginLoop();
    const run = await tracing.run(() => inLoop(() => childOf(startSpan('root'), 'part').end()));

    expect(thrownBy(() => assertNoSpan(run, { name: 'root', children: [{ name: 'part' }] })).message).to.include(
      'root matches, but is owned',
    );
    expect(thrownBy(() => assertNoSpan(run, { name: 'part' })).message).to.include('part matches, but is owned');
  });

  it('is certain for other runs beside the run that continues its trace', async () => {
    const inLoop = await beginLoop();
    let root: Span | undefined;
    await tracing.run(() => inLoop(() => (root = startSpan('root'))));
    const [, beside] = await Promise.all([
      tracing.run(() => childOf(root as Span, 'part').end()),
      tracing.run(() => {}),
    ]);

    assertNoSpan(beside, { name: 'part' });
  });

  it('may belong to the run whose trace it continues, even while the loop’s own run is open', async () => {
    let work: (() => void) | undefined;
    await tracing.run(async () => {
      const open = new Promise((resolve) => {
        const timer = setInterval(() => {
          work?.();
          if (work !== undefined) resolve(clearInterval(timer));
        }, 1);
      });
      const run = await tracing.run(async () => {
        const parent = startSpan('parent');
        work = () => childOf(parent, 'job').end();
        await open;
      });

      expect(thrownBy(() => assertNoSpan(run, { name: 'job' })).message).to.include(
        'job matches, but is owned by another scope',
      );
    });
  });

  it('has no owner if two runs are open', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const running = [1, 2].map(() => tracing.run(() => released));
    endedSpan('job');
    release();
    const runs = await Promise.all(running);

    for (const run of runs) {
      expect(thrownBy(() => assertNoSpan(run, { name: 'job' })).message).to.match(
        /\n\njob matches, but is unowned: it was started outside the async context/,
      );
      assertNoSpan(run, { name: 'other' });
    }
  });

  it('is also mentioned by assertions that search for it', async () => {
    const inLoop = await beginLoop();
    const run = await tracing.run(async () => {
      endedSpan('own');
      await inLoop(() => endedSpan('job'));
    });

    const remark = '\njob matches, but is owned by another scope';
    expect(thrownBy(() => assertSpan(run, { name: 'job' })).message).to.include(remark);
    expect(thrownBy(() => assertTrace(run, { name: 'job' })).message).to.include(remark);
    const options = { timeoutMillis: 1 };
    for (const wait of [run.waitForSpan('job', options), run.waitForTrace({ root: 'job' }, options)]) {
      expect((await failureOf(wait)).message).to.include(remark);
    }
    for (const wait of [run.waitForSpan('other', options), run.waitForTrace({ traceId: 'other' }, options)]) {
      expect((await failureOf(wait)).message).not.to.include('matches, but is');
    }
  });

  it('belongs to the run while assertNoSpan() waits, if no other run is open', async () => {
    const outside = AsyncResource.bind(() => endedSpan('job'));
    const run = await tracing.run(() => {});
    const denied = assertNoSpan(run, { name: 'job' }, { withinMillis: 60_000 }).catch(
      (error: unknown) => error as Error,
    );
    outside();

    expect((await denied)?.message).to.match(/^expected no span that matches job, got 1/);
  });
});

describe('A run without a span of an instrumentation', () => {
  let tracing: TraceTesting;
  afterEach(async () => {
    await tracing.shutdown();
    unregisterGlobals();
  });

  it('names the loaded instrumentations if the pattern could match one of their spans', async () => {
    tracing = startTracing();
    const run = await tracing.run(() => endedSpan('job'));

    const remark = /\n(?:No loaded instrumentation was found|Loaded instrumentations: )/;
    const options = { timeoutMillis: 1 };
    for (const pattern of [
      { kind: 'server' as const },
      { attributes: { 'http.route': '/' } },
      { name: 'job', children: [{ kind: 'client' as const }] },
    ]) {
      expect(thrownBy(() => assertSpan(run, pattern)).message).to.match(remark);
      expect((await failureOf(run.waitForSpan(pattern, options))).message).to.match(remark);
      expect((await failureOf(run.waitForTrace({ root: pattern }, options))).message).to.match(remark);
    }
    for (const pattern of [{ name: 'other' }, { name: 'job', kind: 'internal' as const, attributes: { amount: 1 } }]) {
      expect(thrownBy(() => assertSpan(run, pattern)).message).not.to.match(/instrumentation/i);
      expect((await failureOf(run.waitForSpan(pattern, options))).message).not.to.match(/instrumentation/i);
    }
  });
});

describe('Spans that share an id', () => {
  let tracing: TraceTesting;
  afterEach(async () => {
    await tracing.shutdown();
    unregisterGlobals();
  });

  /** Reads spans of a provider that gives all of them the same ids. */
  function startWithOneId(): void {
    unregisterGlobals();
    tracing = traceTesting({ install: false });
    const idGenerator = { generateTraceId: () => 'a'.repeat(32), generateSpanId: () => 'b'.repeat(16) };
    trace.setGlobalTracerProvider(new BasicTracerProvider({ idGenerator, spanProcessors: [tracing.spanProcessor] }));
  }

  it('are reported by failing assertions and waits', async () => {
    startWithOneId();
    const run = await tracing.run(() => ['checkout', 'charge'].forEach(endedSpan));

    const remark = `2 spans share the id ${'b'.repeat(16)}: checkout, charge.`;
    expect(thrownBy(() => assertSpan(run, { name: 'refund' })).message).to.include(remark);
    expect(thrownBy(() => assertTrace(run, { name: 'refund' })).message).to.include(remark);
    expect((await failureOf(run.waitForSpan('refund', { timeoutMillis: 1 }))).message).to.include(remark);
  });

  it('are all checked by negative assertions', async () => {
    startWithOneId();
    const run = await tracing.run(() => {
      startSpan('open');
      ['checkout', 'charge'].forEach(endedSpan);
    });

    for (const name of ['open', 'checkout', 'charge']) {
      assertTrace(run, { name });
      for (const spans of [run, run.traces, run.traces[0]!]) {
        expect(() => assertNoSpan(spans, { name })).to.throw(`expected no span that matches ${name}, got 1`);
      }
      expect(() => expect(run).not.to.matchTrace({ name })).to.throw(`expected no trace that matches ${name}`);
    }
    expect(() => expect(run).to.have.openSpans(0)).to.throw('expected 0 open spans, got 1');
  });

  it('are never created by the installed provider, even if Math.random() is replaced', async () => {
    tracing = startTracing();
    const random = sinon.stub(Math, 'random').returns(0.5);
    try {
      const run = await tracing.run(() => ['checkout', 'charge'].forEach(endedSpan));

      expect(new Set(run.spans.flatMap(({ traceId, spanId }) => [traceId, spanId])).size).to.equal(4);
    } finally {
      random.restore();
    }
  });
});

describe('A run at its limit', () => {
  let tracing: TraceTesting;
  let run: TraceRun<unknown>;
  beforeEach(async () => {
    tracing = startTracing({ maxSpansPerScope: 2, maxLogsPerScope: 1 });
    run = await tracing.run(async () => {
      const { logs } = await import('@opentelemetry/api-logs');
      for (const name of ['a', 'b', 'c', 'd']) {
        const span = startSpan(name);
        logs.getLogger('app').emit({ body: name });
        span.end();
      }
    });
  });
  afterEach(async () => {
    await tracing.shutdown();
    unregisterGlobals();
  });

  it('keeps the first spans, and counts the rest', () => {
    expect(names(run.spans)).to.deep.equal(['a', 'b']);
    expect(run.logs.map(({ body }) => body)).to.deep.equal(['a']);
    expect([run.droppedSpansCount, run.droppedLogsCount]).to.deep.equal([2, 3]);
    expect([run.unowned, run.unownedLogs, run.openSpans]).to.deep.equal([[], [], []]);
  });

  it('reports the limit in the messages of assertions and waits', async () => {
    const remark = 'dropped 2 spans, because maxSpansPerScope was reached';
    const timeout = await run.waitForSpan('d', { timeoutMillis: 1 }).catch((error: unknown) => error as Error);

    expect((timeout as Error).message).to.include(remark);
    for (const assertion of [() => assertSpan(run, { name: 'd' }), () => assertTrace(run.traces, { name: 'd' })]) {
      expect(thrownBy(assertion).message).to.include(remark);
    }
    expect(thrownBy(() => assertLog(run, { body: 'd' })).message).to.include(
      'dropped 3 log records, because maxLogsPerScope was reached',
    );
  });

  it('does not let negative assertions pass', () => {
    expect(() => expect(run).to.not.have.span({ name: 'd' })).to.throw(
      /^cannot tell whether a span matches d\n\ndropped 2 spans/,
    );
    expect(() => expect(run).to.not.matchTrace({ name: 'd' })).to.throw(
      /^cannot tell whether a trace matches d\n\ndropped 2 spans/,
    );
    expect(() => expect(run).to.have.openSpans(0)).to.throw(/^cannot tell how many spans are open\n\ndropped 2 spans/);
    expect(() => run.assertAllEnded()).to.throw(/^cannot tell whether all spans have ended/);
  });
});

describe('Limits of a run', () => {
  it('are positive integers', () => {
    expect(() => traceTesting({ install: false, maxSpansPerScope: 0 })).to.throw(
      RangeError,
      /^maxSpansPerScope must be a positive integer/,
    );
    expect(() => traceTesting({ install: false, maxLogsPerScope: '1' as never })).to.throw(
      TypeError,
      /^maxLogsPerScope must be/,
    );
  });
});
