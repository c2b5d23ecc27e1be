import { rmSync } from 'node:fs';
import { expect } from 'chai';
import {
  CAPACITIES,
  COUNTERS,
  OPEN_SPAN_COUNTERS,
  OPEN_SPAN_SIZES,
  SIZES,
} from '../src/cache/metrics/instruments.js';
import { DocPage, newProject } from './doc-page.js';
import { run } from './register/programs.js';

const PAGE = new DocPage('docs/metrics.md');

/** Name, instrument, unit and attribute, as the page has them. */
function writtenInstruments(): string[][] {
  const [, rows] = /^\| Metric \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(PAGE.text)!;
  return rows!
    .trimEnd()
    .split('\n')
    .map((row) => row.split('|').slice(1, 5).map((cell) => cell.trim().replaceAll('`', '')));
}

/** The same, as the code has them. */
function instruments(): string[][] {
  const rows = (kind: string, all: readonly { name: string; unit: string; by?: string }[]) =>
    all.map(({ name, unit, by }) => [name, kind, unit, by ?? '']);
  return [
    ...rows('counter', [...COUNTERS, ...OPEN_SPAN_COUNTERS]),
    ...rows('up-down counter', [...SIZES, ...OPEN_SPAN_SIZES, ...CAPACITIES]),
  ];
}

describe('docs/metrics.md', () => {
  it('lists every metric with its kind, unit and attribute, and no other', () => {
    expect(writtenInstruments()).to.have.deep.members(instruments());
  });

  it('queries only metrics that there are', () => {
    const known = instruments().map(([name, kind]) => {
      const suffix = kind === 'counter' ? '_total' : '';
      return name!.replaceAll('.', '_') + suffix;
    });

    const [, queries] = /^\| To see \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(PAGE.text)!;
    const queried = [...queries!.matchAll(/\b((?:otel_sdk|span_cache)_\w+)(?=\{|\[| |`)/g)].map(([, name]) => name!);

    expect(queried).to.have.length.above(4);
    expect(known).to.include.members(queried);
  });

  describe('metrics.mjs', function () {
    this.timeout(30_000);

    let folder: string;

    before(() => {
      folder = newProject('metrics', [...PAGE.code(), ['job.mjs', JOB]]);
    });

    after(() => rmSync(folder, { recursive: true }));

    it('prints the metrics at the end, the last span included', async () => {
      const { signal, stdout } = await run(['--import', './metrics.mjs', 'job.mjs'], {}, folder);

      expect(signal).to.equal('SIGTERM');
      const [, delivered] = /name: 'span_cache\.span\.delivered',(.*?)\n}/s.exec(stdout)!;
      expect(delivered).to.match(/'otel\.component\.name': 'SpanCache\/0'/).and.to.match(/value: 1\b/);
    });
  });
});

/** Ends by the signal that ends a service. */
const JOB = `
  import { trace } from '@opentelemetry/api';
  trace.getTracer('jobs').startSpan('job').end();
  setTimeout(() => {}, 10_000);
  process.kill(process.pid, 'SIGTERM');
`;
