import { context, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import { codePoint } from '../../../test/code-point.js';
import { runs } from '../../../test/property-runs.js';
import { Answer, type Row } from '../../src/mcp/answer.js';
import { NOTHING_LOST } from '../api/losses.js';
import { agentConsole, closeAgents, textOf, tokensOf, type AgentConsole } from './agent-console.js';
import { order } from './shop.js';

const COVERAGE = {
  received: 1,
  retained: 1,
  retainedSince: 1,
  evicted: 0,
  evictedLogs: 0,
  lost: NOTHING_LOST,
};

/** Everything as large as the SDK lets it be. */
function fill({ tracer, logger }: AgentConsole): string {
  const root = tracer.startSpan('root '.repeat(200), { attributes: { 'http.route': 'r'.repeat(5_000) } });
  const inRoot = trace.setSpan(context.active(), root);
  for (let index = 0; index < 400; index++) {
    const span = tracer.startSpan(
      `child ${index} ${'"\n'.repeat(300)}`,
      { attributes: { 'db.query.text': `select ${'"'.repeat(4_000)}` } },
      inRoot,
    );
    for (let key = 0; key < 50; key++)
      span.setAttribute(`key.${key}.${'k'.repeat(200)}`, `value ${key} ${'v'.repeat(1_000)}`);
    span.recordException(new Error(`${index} ${'e'.repeat(2_000)}`));
    logger.emit({
      body: `line ${'l'.repeat(3_000)}`,
      severityNumber: 17,
      context: trace.setSpan(context.active(), span),
    });
    span.end();
  }
  root.end();
  for (let index = 0; index < 60; index++) tracer.startSpan(`entry ${index} ${'n'.repeat(500)}`).end();
  return root.spanContext().traceId;
}

describe('answers of tools', () => {
  afterEach(closeAgents);

  it('keep the budget they are given, the whole result counted, and say what they cut', async () => {
    const console = await agentConsole();
    const traceId = fill(console);
    await console.settled();
    const detail = console.api.trace(traceId);
    const long = `not (${'x'.repeat(2_000)})`;
    const calls: [string, Record<string, unknown>][] = [
      ['overview', {}],
      ['find_traces', { limit: 200 }],
      ['find_traces', { limit: 200, query: long }],
      ['get_trace', { traceId }],
      ['get_trace', { traceId, focus: detail.spans[7]!.spanId }],
      ['stacks', { limit: 500 }],
      ['explain_slow', { slowerThan: 0.5 }],
      ['errors', { limit: 100 }],
      ['logs', { limit: 500 }],
      ['wait_for', { seconds: 0 }],
      ['wait_for', { seconds: 0, query: 'name = none' }],
      ['mark', { name: 'here' }],
      ['stacks', { mark: 'here' }],
      ['errors', { mark: 'here' }],
    ];

    for (const [name, args] of calls) {
      for (const budget of [undefined, 1_000, 2_500, 20_000]) {
        const answer = await console.call(name, { ...args, ...(budget === undefined ? {} : { budget }) });

        expect(answer.isError, textOf(answer)).to.equal(undefined);
        expect(tokensOf(answer), `${name} with ${budget}`).to.be.at.most(budget ?? 4_000);
        expect(textOf(answer)).to.match(/\nCut: .+\nLost: .+\nPage for the human: \S+$/);
      }
    }
    expect(textOf(await console.call('find_traces', { limit: 200, budget: 1_000 }))).to.match(
      /Cut: \d+ traces by the budget/,
    );
    expect(textOf(await console.call('get_trace', { traceId }))).to.match(/\.\.\. \d+ spans? left out, the longest/);
  });

  it('use most of a budget where there is much to say', async () => {
    const console = await agentConsole();
    const traceId = fill(console);
    await console.settled();

    const answer = await console.call('get_trace', { traceId, budget: 20_000 });

    expect(tokensOf(answer)).to.be.within(16_000, 20_000);
  });

  it('come from a trace of 19,000 spans without building each line', async () => {
    const console = await agentConsole();
    const root = console.tracer.startSpan('root');
    const inRoot = trace.setSpan(context.active(), root);
    for (let index = 0; index < 19_000; index++) console.tracer.startSpan(`child ${index}`, {}, inRoot).end();
    root.end();
    await console.settled();
    const { traceId } = root.spanContext();

    const start = process.cpuUsage();
    console.api.trace(traceId);
    const alone = process.cpuUsage(start).user;
    const again = process.cpuUsage();
    const answer = await console.call('get_trace', { traceId });

    expect(textOf(answer)).to.match(/Cut: 1\d,\d{3} lines by the budget/);
    expect(process.cpuUsage(again).user).to.be.below(alone * 3 + 200_000);
  });

  it('refuse a budget above 20,000 tokens', async () => {
    const console = await agentConsole();

    const answer = await console.call('overview', { budget: 20_001 });

    expect(answer.isError).to.equal(true);
    expect(textOf(answer)).to.include('budget').and.to.include('20000');
  });

  it('lead on by cursors from one answer to the next, over every trace once', async () => {
    const console = await agentConsole();
    const expected = Array.from({ length: 120 }, () => order(console).spanContext().traceId);
    await console.settled();

    const found: string[] = [];
    let place: Record<string, unknown> = {};
    for (let page = 0; page < 200; page++) {
      const { structuredContent } = await console.call('find_traces', { limit: 50, budget: 1_000, ...place });
      const {
        traces = [],
        cursor,
        window,
      } = structuredContent as { traces?: { traceId: string }[]; cursor?: string; window?: string };
      found.push(...traces.map(({ traceId }) => traceId));
      if (cursor === undefined) break;
      place = { cursor, window };
    }

    expect(found).to.have.length(expected.length);
    expect(new Set(found)).to.deep.equal(new Set(expected));
  });

  it('keep their budget for any content (property)', () => {
    const text = fc.string({ unit: codePoint, maxLength: 300 });
    const row = fc.record({
      lines: fc.array(text, { maxLength: 4 }),
      record: fc.oneof(text, fc.dictionary(text, fc.integer())),
    });
    const rows = fc.array(row, { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 20_000 }), rows, rows, fc.nat(5_000), (budget, list, tree, limited) => {
        const answer = new Answer(budget, 'abcd', {
          link: `http://127.0.0.1/?query=${'q'.repeat(300)}`,
          coverage: COVERAGE,
        });
        answer.say('A line.');
        answer.list('list', 'list:', list, 'row');
        const ranks = tree.map((_, index) => index % 7);
        answer.outline(
          'tree',
          ranks,
          (index) => tree[index]!,
          (from, to) => `... ${to - from} left out`,
        );
        answer.limited(limited, 'thing');

        const result = answer.finish();

        expect(tokensOf(result)).to.be.at.most(budget);
        const { list: records = [] } = result.structuredContent as { list?: unknown[] };
        expect(records).to.deep.equal(list.slice(0, records.length).map(({ record }: Row) => record));
      }),
      { numRuns: runs(100) },
    );
  });
});
