import { inspect } from 'node:util';
import { trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { expect } from 'chai';
import { assertSpan } from '../../../src/testing/index.js';
import { endedSpan, startSpan, tracingStarter } from '../capture/tracing-tools.js';

describe('CaptureScope', () => {
  const start = tracingStarter();

  function checkout(): void {
    trace.getTracer('app').startActiveSpan('checkout', (span) => {
      endedSpan('charge');
      logs.getLogger('app').emit({ body: 'paid' });
      span.end();
    });
  }

  it('is inspected as its name, its counts and its traces', async () => {
    const run = await start().run(checkout, { name: 'pays' });

    const shown = inspect(run).replaceAll(/ {2}[\d.]+ .?s$/gm, '');

    expect(shown.split('\n')).to.deep.equal([
      'TraceScope pays: 2 spans, 1 log record',
      `  trace ${run.traces[0]!.traceId}`,
      '    checkout',
      '    └─ charge',
    ]);
  });

  it('shows how many spans are open and how many were not kept', async () => {
    const run = await start({ maxSpansPerScope: 1 }).run(
      () => {
        startSpan('leak');
        endedSpan('lost');
      },
      { name: 'leaks' },
    );

    expect(inspect(run)).to.match(/^TraceScope leaks: 1 span, 1 of them open, 1 not kept\n.*\n {4}leak {2}⋯ open$/);
  });

  it('shows a part of many traces of many spans, and counts the rest', async () => {
    const run = await start().run(() => {
      for (let index = 0; index < 50; index++) checkout();
      trace.getTracer('app').startActiveSpan('wide', (span) => {
        for (let index = 0; index < 1_000; index++) endedSpan('part');
        span.end();
      });
    });

    expect(inspect(run).split('\n')).to.have.length(1 + 5 * 3 + 1);
    expect(inspect(run))
      .to.match(/^TraceScope .*: 1101 spans, 50 log records\n/)
      .and.to.match(/\n {2}⋯ 46 more traces$/);
    expect(inspect(run.traces.at(-1)))
      .to.match(/^CapturedTrace [\da-f]{32}\n {2}wide .*\n {2}├─ part /)
      .and.to.match(/\n {2}⋯ 961 more$/);
  });

  it('is inspected without spans', async () => {
    const run = await start().run(() => {}, { name: 'idle' });

    expect(inspect(run)).to.equal('TraceScope idle: 0 spans');
    expect(JSON.stringify(run)).to.equal('"(no spans)"');
  });

  it('is its trace tree in JSON, as in snapshots without a serializer', async () => {
    const run = await start().run(checkout);

    expect(JSON.parse(JSON.stringify(run))).to.equal('- checkout\n    • paid\n  - charge');
  });
});

describe('A captured trace', () => {
  const start = tracingStarter();

  it('compares as a plain object, with any contents', async () => {
    const run = await start().run(() => endedSpan('job'));

    const [captured] = run.traces as [(typeof run.traces)[0]];

    expect(Reflect.ownKeys({ ...captured })).to.deep.equal(['traceId', 'roots', 'spans']);
    expect(captured).to.deep.equal({ ...captured });
    expect(assertSpan(captured, { name: 'job' }).name).to.equal('job');
  });
});
