import { inspect } from 'node:util';
import { expect } from 'chai';
import { spanLine, toCapturedTrace, traceLines } from '../../src/trace/captured-trace.js';
import { nodesOf } from '../../src/trace/walk.js';
import { traceOf } from '../testing/captured-spans.js';

const { spans } = traceOf({
  name: 'POST /orders',
  kind: 'server',
  children: [
    { name: 'charge', status: 'error', statusMessage: 'card\ndeclined' },
    { name: 'refund', status: 'error' },
    { name: 'notify', ended: false },
  ],
});

describe('A captured trace', () => {
  const trace = toCapturedTrace(spans.map((span) => ({ ...span, children: [] })));

  it('has the id of its spans, and a frozen tree', () => {
    expect(trace.traceId).to.equal(spans[0]!.traceId);
    expect(nodesOf(trace.roots).map(({ name }) => name)).to.deep.equal(spans.map(({ name }) => name));
    const [root] = trace.roots;
    const parts = [trace, trace.spans, trace.roots, root, root!.children];
    expect(parts.every(Object.isFrozen)).to.equal(true);
  });

  it('is shown as a tree with kinds, durations, errors and open spans', () => {
    expect(traceLines(trace)).to.deep.equal([
      'POST /orders  server  5 ms',
      '├─ charge  ✗ card\\ndeclined  5 ms',
      '├─ refund  ✗ error  5 ms',
      '└─ notify  ⋯ open',
    ]);
    expect(traceLines(trace)[0]).to.equal(spanLine(trace.roots[0]!));
  });

  it('is written to the console as that tree, but has no further member', () => {
    expect(inspect(trace)).to.equal([`CapturedTrace ${trace.traceId}`, ...traceLines(trace)].join('\n  '));
    expect(Object.keys(trace)).to.deep.equal(['traceId', 'roots', 'spans']);
  });
});
