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
