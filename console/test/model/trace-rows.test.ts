import { expect } from 'chai';
import { rootOf, toTraceRow } from '../../src/model/trace-rows.js';
import { childOf, logEvent, spanRow } from './rows.js';

describe('rootOf', () => {
  it('is the earliest span without a parent', () => {
    const [late, early] = [spanRow({ start: 5 }), spanRow({ start: 3 })];

    expect(rootOf([childOf(late, { start: 1 }), late, early])).to.equal(early);
  });

  it('is a span with a remote parent, unless that parent is among the spans', () => {
    const client = spanRow({ start: 2, parentSpanId: 'elsewhere', parentIsRemote: true });
    const server = childOf(client, { start: 1, parentIsRemote: true });

    expect(rootOf([server, client])).to.equal(client);
  });

  it('is the earliest span if none is a local root', () => {
    const spans = [5, 2, 7].map((start) => spanRow({ start, parentSpanId: 'missing' }));

    expect(rootOf(spans)).to.equal(spans[1]);
  });
});

describe('toTraceRow', () => {
  it('lasts from the first start to the last end, and counts failed spans and log events', () => {
    const root = spanRow({
      start: 10,
      duration: 5,
      status: 2,
      events: [logEvent('a'), { ...logEvent('b'), log: undefined }],
    });
    const late = childOf(root, { start: 12, duration: 20, events: [logEvent('c')] });

    expect(toTraceRow(7, 't', [root, late], false)).to.deep.include({
      id: 7,
      traceId: 't',
      complete: false,
      start: 10,
      duration: 22,
      failed: 1,
      logs: 2,
    });
  });
});
