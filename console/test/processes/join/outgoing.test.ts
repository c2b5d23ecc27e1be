import { expect } from 'chai';
import * as fc from 'fast-check';
import type { DeliveredSpan } from 'otel-span-cache';
import { packedFromBytes, SpanUnpacker } from 'otel-span-cache/threads';
import { runs } from '../../../../test/property-runs.js';
import { rulesOf } from '../../../src/host/masking.js';
import { Redaction } from '../../../src/host/redaction.js';
import { MAX_BATCH_BYTES } from '../../../src/processes/join/join-protocol.js';
import { Outgoing } from '../../../src/processes/join/outgoing.js';
import { testService } from '../../service.js';

function spansNamed(names: readonly string[], attributes = {}): readonly DeliveredSpan[] {
  const { cache, tracer } = testService({ queueCapacity: 100_000 });
  const subscription = cache.subscribe({ capacity: 100_000 });
  for (const name of names) tracer.startSpan(name, { attributes }).end();
  cache.flush();
  return subscription.take()!.spans;
}

function numbered(count: number): readonly DeliveredSpan[] {
  return spansNamed(Array.from({ length: count }, (_, index) => `span ${index}`));
}

const unreadable = {
  get attributes() {
    throw new Error('no');
  },
} as unknown as DeliveredSpan;

function outgoing(): Outgoing {
  return new Outgoing(new Redaction(rulesOf(undefined)), () => {});
}

describe('Outgoing', () => {
  it('keeps a batch as it is until it was taken', () => {
    const out = outgoing();
    out.add(numbered(3), [], 0);

    const first = out.batch();

    expect(out.batch()).to.equal(first);
    out.taken();
    expect(out.batch().sequence).to.equal(first.sequence + 1);
  });

  it('packs anew a batch that cannot be read alone', () => {
    const out = outgoing();
    out.add(numbered(2), [], 0);
    out.batch();
    out.taken();
    out.add(numbered(3), [], 0);
    expect(packedFromBytes(out.batch().bytes).restart).to.equal(false);

    out.repack();

    const packed = packedFromBytes(out.batch().bytes);
    expect(packed.restart).to.equal(true);
    expect(new SpanUnpacker().unpack(packed).spans.map(({ name }) => name)).to.deep.equal([
      'span 0',
      'span 1',
      'span 2',
    ]);
  });

  it('reports losses once, with the next accepted batch', () => {
    const out = outgoing();
    out.add([unreadable], [], 7);

    expect(packedFromBytes(out.batch().bytes).dropped).to.equal(8);
    out.repack();
    expect(packedFromBytes(out.batch().bytes).dropped).to.equal(8);
    out.taken();

    expect(packedFromBytes(out.batch().bytes).dropped).to.equal(0);
    expect(out.lost.spans).to.equal(8);
  });

  it('has news until everything was reported', () => {
    const out = outgoing();
    expect(out.hasNews).to.equal(false);
    out.add([], [], 1);
    expect(out.hasNews).to.equal(true);
    out.batch();
    out.taken();
    expect(out.hasNews).to.equal(false);
  });

  it('sends spans that are too large for one batch in several', () => {
    const out = outgoing();
    // Each about 750 kB, of texts that are never the same.
    const attributes = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`key${index}`, 'x'.repeat(8_000)]),
    );
    out.add(spansNamed(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'], attributes), [], 0);
    const unpacker = new SpanUnpacker();
    const names: string[] = [];

    let batches = 0;
    while (out.waiting > 0) {
      const { bytes } = out.batch();
      expect(bytes.length).to.be.at.most(MAX_BATCH_BYTES);
      names.push(...unpacker.unpack(packedFromBytes(bytes)).spans.map(({ name }) => name));
      out.taken();
      batches++;
    }

    expect(names.join('')).to.equal('abcdefghij');
    expect(batches).to.be.above(1);
  });

  it('loses a span alone that is too large', () => {
    const out = outgoing();
    const attributes = Object.fromEntries(
      Array.from({ length: 128 }, (_, index) => [`k${index}`, Array(10).fill('y'.repeat(8_000))]),
    );
    out.add([...spansNamed(['large'], attributes), ...spansNamed(['small'])], [], 0);

    const names: string[] = [];
    const unpacker = new SpanUnpacker();
    while (out.hasNews) {
      names.push(...unpacker.unpack(packedFromBytes(out.batch().bytes)).spans.map(({ name }) => name));
      out.taken();
    }

    expect(names).to.deep.equal(['small']);
    expect([out.sent, out.lost.spans]).to.deep.equal([1, 1]);
  });

  it('neither loses nor doubles a span that it does not count, for any answers of the console', () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat(1_500), dropped: fc.nat(3), unreadable: fc.nat(2) }),
      fc.constantFrom('taken', 'repack', 'giveUp', 'resend'),
    );
    const pool = numbered(1_500);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const out = outgoing();
        let [added, unpacked, told] = [0, 0, 0];
        let unpacker = new SpanUnpacker();
        const take = () => {
          const packed = packedFromBytes(out.batch().bytes);
          if (packed.restart) unpacker = new SpanUnpacker();
          const { spans, dropped } = unpacker.unpack(packed);
          out.taken();
          unpacked += spans.length;
          told += dropped;
        };
        for (const each of steps) {
          if (typeof each === 'object') {
            out.add(
              [...pool.slice(0, each.add), ...Array.from({ length: each.unreadable }, () => unreadable)],
              [],
              each.dropped,
            );
            added += each.add + each.unreadable + each.dropped;
          } else if (each === 'taken') take();
          else {
            out.batch();
            if (each !== 'resend') out[each]();
          }
          expect(out.sent + out.waiting + out.lost.spans).to.equal(added);
        }
        while (out.hasNews) take();
        expect([out.sent, out.lost.spans]).to.deep.equal([unpacked, told]);
        expect(unpacked + told).to.equal(added);
      }),
      { numRuns: runs(50) },
    );
  });
});
