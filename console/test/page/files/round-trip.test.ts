import { expect } from 'chai';
import { detailOf } from '../../../src/api/trace-detail.js';
import { openText } from '../../../page/files/open-text.js';
import { chromeOf } from '../../../page/files/save-chrome.js';
import { jaegerOf } from '../../../page/files/save-jaeger.js';
import { otlpOf } from '../../../page/files/save-otlp.js';
import type { SavedTrace } from '../../../page/files/saved-trace.js';
import { another, checkout, withLists } from './traces.js';

const NO_STACKS = { percentileOf: () => undefined, stackOf: () => undefined };

function opened(text: string): SavedTrace[] {
  return openText('file.json', text).traces.map((trace) => detailOf(trace, NO_STACKS));
}

/** A trace without the numbers that a process gives its rows, and with times in whole steps. */
function comparable(trace: SavedTrace, stepMillis: number): unknown {
  const whole = (millis: number): number => Math.round(millis / stepMillis);
  const idsOf = new Map([...new Set(trace.spans.map(({ process }) => process))].map((id, index) => [id, index]));
  return {
    ...trace,
    start: whole(trace.start),
    duration: whole(trace.duration),
    resources: Object.fromEntries(Object.entries(trace.resources).map(([id, all]) => [idsOf.get(Number(id)), all])),
    spans: trace.spans.map((span) => ({
      ...span,
      id: 0,
      process: idsOf.get(span.process),
      start: whole(span.start),
      duration: whole(span.duration),
      self: whole(span.self),
      critical: whole(span.critical),
      events: span.events.map((event) => ({ ...event, time: whole(event.time) })),
    })),
  };
}

const NANOSECOND = 1e-3 / 1_000;
const MICROSECOND = 1e-3;

/** Times since the epoch leave a double no finer steps than a quarter of a microsecond. */
const STEP = NANOSECOND * 1_000;

describe('A file that is saved and opened again', () => {
  it('as OTLP JSON has the same traces', () => {
    const traces = [another(), checkout(), { ...withLists(), traceId: 'cd'.repeat(16) }];

    const again = opened(JSON.stringify(otlpOf(traces)));

    const compared = (list: readonly SavedTrace[]) => list.map((trace) => comparable(trace, STEP));
    expect(compared(again)).to.have.deep.members(compared(traces));
  });

  it('as OTLP JSON gives the same file when it is saved once more', () => {
    const file = JSON.stringify(otlpOf([checkout()]));

    expect(JSON.stringify(otlpOf(opened(file)))).to.equal(file);
  });

  it('as Jaeger JSON has the same traces, to the microsecond', () => {
    const traces = [another(), checkout()];

    const again = opened(JSON.stringify(jaegerOf(traces)));

    expect(again.map((trace) => comparable(trace, 10 * MICROSECOND))).to.deep.equal(
      traces.map((trace) => comparable(trace, 10 * MICROSECOND)),
    );
  });

  it('as Jaeger JSON gives the same file when it is saved once more', () => {
    const file = JSON.stringify(jaegerOf([checkout()]));

    expect(JSON.parse(JSON.stringify(jaegerOf(opened(file))))).to.deep.equal(JSON.parse(file));
  });

  it('as Jaeger JSON has lists as JSON text, and links without attributes', () => {
    const [again] = opened(JSON.stringify(jaegerOf([withLists()])));

    const [span] = again!.spans;
    expect(span!.attributes).to.deep.equal({ list: '["a","b"]', numbers: '[1,2.5]', empty: '[]' });
    expect(span!.links).to.deep.equal([{ traceId: '3'.repeat(32), spanId: '4'.repeat(16), attributes: {} }]);
  });

  it('as Chrome trace JSON has the same spans, with their attributes and log lines', () => {
    const trace = checkout();

    const [again] = opened(JSON.stringify(chromeOf([trace])));

    const shown = ({ spans }: SavedTrace) =>
      spans.map(({ name, depth, kind, status, statusMessage, attributes, events, links }) => ({
        name,
        depth,
        kind,
        status,
        statusMessage,
        attributes,
        links,
        logs: events.map(({ log, name: event }) => log?.body ?? event),
      }));
    expect(shown(again!)).to.deep.equal(shown(trace));
  });
});
