import { expect } from 'chai';
import * as fc from 'fast-check';
import { packedToBytes, SpanPacker } from 'otel-span-cache/threads';
import { runs } from '../../../../test/property-runs.js';
import { JoinedProcesses, MAX_JOINED, type Sender } from '../../../src/processes/join/joined-processes.js';
import { pidSpace } from '../../../src/processes/process-identity.js';
import { testService } from '../../service.js';

/** Joined processes whose console records each arrival. */
function joinedProcesses() {
  const received: { process: number; names: string[]; dropped: number }[] = [];
  const ended: number[] = [];
  let nextId = 1;
  const joined = new JoinedProcesses({
    add: (process) => ({ id: nextId++, ...process }),
    accept: ({ id }, { spans, dropped }) => {
      received.push({ process: id, names: spans.map(({ name }) => name), dropped });
    },
    end: ({ id }) => ended.push(id),
  });
  return { joined, received, ended };
}

function sender(sequence: number, others: Partial<Sender> = {}): Sender {
  return { id: 'a', pid: undefined, pidSpace: '', service: 'shop', sequence, isLast: false, ...others };
}

/** Packs a span for each name. */
function packing() {
  const packer = new SpanPacker();
  const { cache, tracer } = testService();
  const subscription = cache.subscribe();
  return (name: string, attributes = {}) => {
    tracer.startSpan(name, { attributes }).end();
    cache.flush();
    return packedToBytes(packer.pack(subscription.take()!));
  };
}

const EMPTY = () => packedToBytes(new SpanPacker().pack({}));

describe('JoinedProcesses', () => {
  it('takes batches in order, each once', () => {
    const { joined, received } = joinedProcesses();
    const pack = packing();
    const [one, two] = [pack('one'), pack('two')];

    expect(joined.take(sender(1), one, 0)).to.equal('taken');
    expect(joined.take(sender(1), one, 0)).to.equal('taken');
    expect(joined.take(sender(2), two, 0)).to.equal('taken');

    expect(received.flatMap(({ names }) => names)).to.deep.equal(['one', 'two']);
  });

  it('requests a restart if a batch depends on others that did not arrive', () => {
    const { joined, received } = joinedProcesses();
    const pack = packing();
    const [one, two, three] = [pack('one'), pack('two'), pack('three')];

    expect(joined.take(sender(2), two, 0)).to.equal('restart');
    expect(joined.take(sender(1), one, 0)).to.equal('taken');
    expect(joined.take(sender(3), three, 0)).to.equal('restart');
    expect(joined.take(sender(4), EMPTY(), 0)).to.equal('taken');

    expect(received).to.have.length(2);
  });

  it('hands on each span with the process that sent it, regardless of its attributes', () => {
    const { joined, received } = joinedProcesses();
    const pack = packing();

    joined.take(sender(1), EMPTY(), 0);
    joined.take(sender(1, { id: 'b' }), pack('lies', { 'otel_span_cache_console.process': 1 }), 0);

    expect(received[1]).to.deep.equal({ process: 2, names: ['lies'], dropped: 0 });
  });

  it('takes 256 processes at a time', () => {
    const { joined } = joinedProcesses();
    for (let index = 0; index < MAX_JOINED; index++) {
      expect(joined.take(sender(1, { id: `p${index}` }), EMPTY(), 0)).to.equal('taken');
    }

    expect(joined.take(sender(1), EMPTY(), 0)).to.equal('full');
    expect(joined.stats()).to.deep.equal({ joined: 256, malformed: 0 });
    joined.take(sender(2, { id: 'p7', isLast: true }), EMPTY(), 0);
    expect(joined.take(sender(1), EMPTY(), 0)).to.equal('taken');
  });

  it('counts each batch that it refuses once, with its spans', () => {
    const { joined } = joinedProcesses();
    for (let index = 0; index < MAX_JOINED; index++) joined.take(sender(1, { id: `p${index}` }), EMPTY(), 0);
    const pack = packing();
    const first = pack('one');

    for (let tries = 0; tries < 3; tries++) joined.take(sender(1), first, 0);
    joined.take(sender(1, { id: 'b' }), packing()('two'), 0);
    joined.take(sender(2, { id: 'p7' }), new Uint8Array(3), 0);
    joined.refuse(undefined, 0);

    expect(joined.refused).to.deep.equal({ batches: 4, spans: 2 });
  });

  it('ends a process with its last batch', () => {
    const { joined, ended } = joinedProcesses();
    joined.take(sender(1), EMPTY(), 0);
    joined.take(sender(2, { isLast: true }), EMPTY(), 0);
    expect(ended).to.deep.equal([1]);
  });

  describe('when a process is silent', () => {
    it('ends it after 30 s if its pid says nothing', () => {
      const { joined, ended } = joinedProcesses();
      joined.take(sender(1, { pid: process.pid, pidSpace: 'another' }), EMPTY(), 0);

      joined.sweep(30_000);
      expect(ended).to.deep.equal([]);
      joined.sweep(30_001);
      expect(ended).to.deep.equal([1]);
    });

    it('ends it at once if its pid is gone, and leaves it at a breakpoint for ten minutes', function () {
      if (pidSpace() === '') this.skip();
      const { joined, ended } = joinedProcesses();
      joined.take(sender(1, { pid: 2 ** 30, pidSpace: pidSpace() }), EMPTY(), 0);
      joined.take(sender(1, { id: 'b', pid: process.pid, pidSpace: pidSpace() }), EMPTY(), 0);

      joined.sweep(1_001);
      joined.sweep(600_000);
      expect(ended).to.deep.equal([1]);
      joined.sweep(600_001);
      expect(ended).to.deep.equal([1, 2]);
    });
  });

  it('survives any bytes, and counts them', () => {
    const valid = packing()('span', { key: 'value' });
    const mutated = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 })
      .map((changes) => {
        const bytes = Uint8Array.from(valid);
        for (const [at, byte] of changes) bytes[at] = byte;
        return bytes;
      });
    const cut = fc.nat(valid.length - 1).map((length) => valid.subarray(0, length));
    const { joined } = joinedProcesses();
    let malformed = 0;
    let sequence = 1;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated, cut), (bytes) => {
        const taken = joined.take(sender(sequence++), bytes, 0);
        if (taken === 'malformed') malformed++;
        expect(['taken', 'restart', 'malformed']).to.include(taken);
        expect(joined.stats().malformed).to.equal(malformed);
      }),
      { numRuns: runs(1_000) },
    );
    expect(joined.take(sender(sequence), packing()('after'), 0)).to.equal('taken');
  });
});
