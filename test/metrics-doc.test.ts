import { expect } from 'chai';
import { CAPACITIES, COUNTERS, FORGOTTEN_SPANS, OPEN_SPANS, SIZES } from '../src/cache/metrics/instruments.js';
import { DocPage } from './doc-page.js';

const PAGE = new DocPage('docs/metrics.md');

/** Name, instrument, unit and attribute of each metric on the page. */
function writtenInstruments(): string[][] {
  const [, rows] = /^\| Metric \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(PAGE.text)!;
  return rows!
    .trimEnd()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, 5)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

/** Name, instrument, unit and attribute of each metric in the code. */
function instruments(): string[][] {
  const rows = (kind: string, all: readonly { name: string; unit: string; by?: string | undefined }[]) =>
    all.map(({ name, unit, by }) => [name, kind, unit, by ?? '']);
  return [
    ...rows('counter', [...COUNTERS, FORGOTTEN_SPANS]),
    ...rows('up-down counter', [...SIZES, OPEN_SPANS, ...CAPACITIES]),
  ];
}

describe('docs/metrics.md', () => {
  it('lists exactly the metrics of the code, with kind, unit and attribute', () => {
    expect(writtenInstruments()).to.have.deep.members(instruments());
  });

  it('queries only metrics that exist', () => {
    const known = instruments().map(([name, kind]) => {
      const suffix = kind === 'counter' ? '_total' : '';
      return name!.replaceAll('.', '_') + suffix;
    });

    const [, queries] = /^\| To see \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(PAGE.text)!;
    const queried = [...queries!.matchAll(/\b((?:otel_sdk|span_cache)_\w+)(?=\{|\[| |`)/g)].map(([, name]) => name!);

    expect(queried).to.have.length.above(4);
    expect(known).to.include.members(queried);
  });
});
