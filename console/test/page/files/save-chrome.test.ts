import { expect } from 'chai';
import { chromeOf, type ChromeEvent } from '../../../page/files/save-chrome.js';
import { another, checkout } from './traces.js';

function complete(events: readonly ChromeEvent[]): Required<ChromeEvent>[] {
  return events.filter(({ ph }) => ph === 'X') as Required<ChromeEvent>[];
}

describe('chromeOf()', () => {
  it('writes spans as complete events, in microseconds since the first span', () => {
    const { traceEvents, otherData } = chromeOf([checkout()]);

    const [root] = complete(traceEvents);
    expect(root).to.include({ ph: 'X', name: 'POST /checkout', cat: 'server', ts: 0, dur: 209_000.001, pid: 1 });
    expect(otherData.startTimeUnixNano).to.equal('1781000000000250000');
  });

  it('names processes and threads', () => {
    const names = chromeOf([checkout()]).traceEvents.filter(({ ph }) => ph === 'M');

    expect(names.filter(({ name }) => name === 'process_name').map(({ args }) => args)).to.deep.equal([
      { name: 'shop' },
      { name: 'worker' },
    ]);
    expect(names.some(({ args }) => (args as { name: string }).name.startsWith('POST /checkout'))).to.equal(true);
  });

  it('lets the events of a thread contain each other or lie apart', () => {
    const events = complete(chromeOf([checkout(), another()]).traceEvents);

    for (const a of events) {
      for (const b of events) {
        if (a === b || a.pid !== b.pid || a.tid !== b.tid || a.ts > b.ts) continue;
        const apart = a.ts + a.dur <= b.ts;
        const within = b.ts + b.dur <= a.ts + a.dur;
        expect(apart || within, `${a.name} and ${b.name}`).to.equal(true);
      }
    }
    expect(new Set(events.filter(({ name }) => name.startsWith('call')).map(({ tid }) => tid)).size).to.equal(3);
  });

  it('puts no span inside another than its parent, for which a viewer would take it', () => {
    const [template] = checkout().spans;
    const span = (spanId: string, start: number, end: number) => ({
      ...template!,
      spanId,
      name: spanId,
      parentSpanId: spanId === 'parent' ? null : 'parent',
      depth: spanId === 'parent' ? 0 : 1,
      start: template!.start + start,
      duration: end - start,
    });
    const spans = [span('parent', 0, 100), span('a', 0, 50), span('b', 10, 40), span('c', 40, 70), span('d', 80, 90)];

    const threads = complete(chromeOf([{ ...checkout(), spans }]).traceEvents).map(({ name, tid }) => [name, tid]);

    expect(Object.fromEntries(threads)).to.deep.equal({ parent: 1, a: 1, b: 2, c: 2, d: 1 });
  });

  it('writes more spans than a call can have arguments', () => {
    const [template] = checkout().spans;
    const spans = Array.from({ length: 130_000 }, (_, at) => ({ ...template!, spanId: String(at), events: [] }));

    expect(complete(chromeOf([{ ...checkout(), spans }]).traceEvents).length).to.equal(spans.length);
  });

  it('writes log lines as instant events of their thread', () => {
    const instant = chromeOf([checkout()]).traceEvents.filter(({ ph }) => ph === 'i');

    expect(instant.map(({ name, s }) => [name, s])).to.deep.equal([
      ['exception', 't'],
      ['stock reserved', 't'],
      ['charge.failed', 't'],
    ]);
  });

  it('writes no trace as an empty file', () => {
    expect(chromeOf([]).traceEvents).to.deep.equal([]);
  });
});
