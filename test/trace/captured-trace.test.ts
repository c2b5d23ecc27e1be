import { inspect } from 'node:util';
import { expect } from 'chai';
import type { CapturedTrace } from '../../src/trace/captured-span.js';
import { spanLine, toCapturedTrace, traceLines } from '../../src/trace/captured-trace.js';
import { nodesOf } from '../../src/trace/walk.js';
import { traceOf, type Sketch } from '../testing/captured-spans.js';

const sketch: Sketch = {
  name: 'POST /orders',
  kind: 'server',
  children: [
    { name: 'charge', status: 'error', statusMessage: 'card\ndeclined' },
    { name: 'refund', status: 'error' },
    { name: 'notify', ended: false },
  ],
};

describe('A captured trace', () => {
  let trace: CapturedTrace;
  beforeEach(() => (trace = toCapturedTrace(traceOf(sketch).spans)));

  it('has the id of its spans, and a frozen tree', () => {
    expect(trace.traceId).to.equal(trace.spans[0]!.traceId);
    expect(nodesOf(trace.roots).map(({ name }) => name)).to.deep.equal(['POST /orders', 'charge', 'refund', 'notify']);
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
