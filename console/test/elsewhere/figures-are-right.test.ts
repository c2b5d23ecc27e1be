import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { endConsoles, realConsole, type Answer } from './real-console.js';

/** Half a cell of the histogram. */
const OFF = 0.016;

/** Random numbers that are the same in each run. */
function* uniform(): Generator<number, never> {
  let state = 42;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield (state + 0.5) / 2 ** 32;
  }
}

const DISTRIBUTIONS: Readonly<Record<string, (u: number, at: number) => number>> = {
  uniform: (u) => 1 + u * 99,
  exponential: (u) => -20 * Math.log(u),
  'with a long tail': (u) => 2 / u ** 1.2,
  'of two peaks': (u, at) => (at % 10 === 0 ? 900 + u * 100 : 3 + u),
  // The first 4,096 say nothing about the others.
  'that changes': (u, at) => (at < 4_096 ? 1 + u : 50 + u * 10),
};

function exact(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}

describe('Figures of real spans', () => {
  afterEach(endConsoles);

  it('are within 1.6 % of the exact percentiles, for five distributions', async function () {
    this.timeout(120_000);
    const console = await realConsole();
    const { tracer } = console.service;
    const random = uniform();
    const durations = new Map(Object.keys(DISTRIBUTIONS).map((name) => [name, [] as number[]]));
    const start = Date.now() - 20_000;

    for (let at = 0; at < 6_000; at++) {
      for (const [name, of] of Object.entries(DISTRIBUTIONS)) {
        // Times of the SDK are whole nanoseconds.
        const millis = Math.min(Math.round(of(random.next().value, at) * 1_000) / 1_000, 15_000);
        tracer.startSpan(name, { startTime: [Math.floor(start / 1_000), 0] }).end(timeAfter(start, millis));
        durations.get(name)!.push(millis);
      }
      if (at % 200 === 199) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await console.arrived(30_000);
    const { rows, coverage } = await console.get('stacks');

    expect(coverage.lost.total).to.equal(0);
    expect(rows).to.have.length(5);
    for (const { name, calls, p50, p95, p99 } of rows as Answer[]) {
      const sorted = durations.get(name)!.sort((a, b) => a - b);
      expect(calls, name).to.equal(6_000);
      for (const [share, shown] of [
        [0.5, p50],
        [0.95, p95],
        [0.99, p99],
      ] as const) {
        const exactly = exact(sorted, share);
        expect(
          Math.abs(shown - exactly) / exactly,
          `${name} p${share * 100}: ${shown}, exactly ${exactly}`,
        ).to.be.at.most(OFF);
      }
    }
  });

  it('have the self time that parallel children leave, and a critical path as long as the trace', async () => {
    const console = await realConsole();
    const { tracer } = console.service;
    const start = Date.now() - 1_000;

    // 100 ms: three calls at once from 10 to 50 ms, nothing else.
    const root = tracer.startSpan('handler', { startTime: start, kind: SpanKind.SERVER });
    const context = trace.setSpan(ROOT_CONTEXT, root);
    for (let at = 0; at < 3; at++) tracer.startSpan('call', { startTime: start + 10 }, context).end(start + 50);
    root.end(start + 100);
    await console.arrived(4);
    const { rows } = await console.get('stacks');
    const detail = await console.get(`trace/${root.spanContext().traceId}`);

    const handler = (rows as Answer[]).find(({ name }) => name === 'handler');
    expect(handler.self).to.be.closeTo(60, 0.001);
    expect(handler.selfP95).to.be.closeTo(60, 60 * OFF);
    expect(detail.spans.map(({ name, self }: Answer) => [name, Math.round(self)])).to.deep.equal([
      ['handler', 60],
      ['call', 40],
      ['call', 40],
      ['call', 40],
    ]);
    const critical = detail.spans.reduce((sum: number, span: Answer) => sum + span.critical, 0);
    expect(critical).to.be.closeTo(100, 0.001);
  });

  it('never have a negative self time, and critical paths add up, with any clocks (property)', async function () {
    this.timeout(120_000);
    const console = await realConsole();
    const { tracer } = console.service;
    const shape = fc.array(
      fc.record({
        parent: fc.nat(20),
        start: fc.integer({ min: -500, max: 500 }),
        duration: fc.integer({ min: 0, max: 500 }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    let sent = 0;

    await fc.assert(
      fc.asyncProperty(shape, async (children) => {
        const start = Date.now() - 2_000;
        const spans = [tracer.startSpan('root', { startTime: start })];
        for (const { parent, start: offset } of children) {
          const context = trace.setSpan(ROOT_CONTEXT, spans[parent % spans.length]!);
          spans.push(tracer.startSpan('child', { startTime: start + offset }, context));
        }
        children.forEach(({ start: offset, duration }, at) => spans[at + 1]!.end(start + offset + duration));
        spans[0]!.end(start + 300);
        sent += spans.length;
        await console.arrived(sent);
        const detail = await console.get(`trace/${spans[0]!.spanContext().traceId}`);

        expect(detail.spans).to.have.length(spans.length);
        for (const { self, duration } of detail.spans as Answer[]) {
          expect(self).to.be.at.least(0);
          expect(self).to.be.at.most(duration + 1e-6);
        }
        const critical = detail.spans.reduce((sum: number, span: Answer) => sum + span.critical, 0);
        expect(critical).to.be.closeTo(300, 0.001);
      }),
      { numRuns: runs(40) },
    );
  });

  it('find N+1 where it is, and nowhere else', async () => {
    const console = await realConsole();
    const { tracer } = console.service;
    const start = Date.now() - 1_000;
    const request = (name: string, startOf: (at: number) => number): void => {
      const root = tracer.startSpan(name, { startTime: start, kind: SpanKind.SERVER });
      const context = trace.setSpan(ROOT_CONTEXT, root);
      for (let at = 0; at < 7; at++) {
        const attributes = { 'db.system.name': 'postgresql', 'db.query.text': `select * from items where id = ${at}` };
        const from = start + startOf(at);
        tracer.startSpan('SELECT', { startTime: from, kind: SpanKind.CLIENT, attributes }, context).end(from + 8);
      }
      root.end(start + 100);
    };

    request('GET one by one', (at) => at * 10);
    request('GET at once', () => 5);
    await console.arrived(16);
    const { rows } = await console.get('stacks');
    const parents = new Map((rows as Answer[]).map(({ id, name }) => [id, name]));
    const calls = (rows as Answer[]).filter(({ name }) => name === 'SELECT');

    expect(calls.map(({ parent, nPlusOne }) => [parents.get(parent), nPlusOne])).to.have.deep.members([
      ['GET one by one', true],
      ['GET at once', false],
    ]);
  });
});

function timeAfter(start: number, millis: number): [number, number] {
  const nanos = Math.round(millis * 1e6);
  return [Math.floor(start / 1_000) + Math.floor(nanos / 1e9), nanos % 1e9];
}
