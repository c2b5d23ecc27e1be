import { expect } from 'chai';
import type { PackedBatch } from '../../../src/threads/wire/packed-batch.js';
import { packedFromBytes, packedToBytes } from '../../../src/threads/wire/packed-bytes.js';
import { EMPTY } from './transfer.js';

function transferred(batch: PackedBatch): PackedBatch {
  const { objects, items, ...rest } = packedFromBytes(packedToBytes(batch));
  return { ...rest, objects: Uint8Array.from(objects), items: Uint8Array.from(items) };
}

describe('packedToBytes and packedFromBytes', () => {
  for (const [what, batch] of [
    ['an empty batch', EMPTY],
    ['a batch without a restart', { ...EMPTY, restart: false }],
    ['the largest numbers', { ...EMPTY, dropped: 2 ** 31 - 1, droppedOrphans: 2 ** 31 - 1, known: 65_536 }],
    [
      'objects and items',
      { ...EMPTY, orphans: 1, objects: Uint8Array.of(1, 255), items: Uint8Array.of(0, 0, 0, 1, 7) },
    ],
  ] as const) {
    it(`transfer ${what}`, () => {
      expect(transferred(batch)).to.deep.equal(batch);
    });
  }

  for (const [what, text] of [
    ['of no characters', ''],
    ['of ASCII', 'GET /orders'],
    ['of other characters', 'größer 漢字 🙂'],
    ['with a zero byte', 'a\0b'],
    ['that begins with a byte order mark', '\ufeffa'],
    ['that is the first half of a surrogate pair', '\ud83d'],
    ['that is the second half of a surrogate pair', '\ude42'],
    ['that ends in half of a surrogate pair', 'ab漢\ud83d'],
    ['with the halves of a surrogate pair in the wrong order', '🙂\ude42\ud83d🙂'],
    ['of a million characters', 'ä'.repeat(1_000_000)],
  ] as const) {
    it(`transfer a text ${what}`, () => {
      const batch = { ...EMPTY, added: ['before', text, 'after'], once: [text, 'last'] };

      const { added, once } = transferred(batch);

      expect(added).to.deep.equal(batch.added);
      expect(once).to.deep.equal(batch.once);
    });
  }
});

describe('packedFromBytes', () => {
  const batch = { ...EMPTY, added: ['text'], once: ['\ud83d'], objects: Uint8Array.of(1, 2, 3) };

  it('refuses bytes that end too early, at any length', () => {
    const bytes = packedToBytes(batch);

    for (let length = 0; length < bytes.length; length++) {
      expect(() => packedFromBytes(bytes.subarray(0, length)), `${length} bytes`).to.throw(
        TypeError,
        'a packed batch must be complete',
      );
    }
  });

  it('refuses bytes that go on after the batch', () => {
    expect(() => packedFromBytes(Uint8Array.of(...packedToBytes(batch), 0))).to.throw(
      TypeError,
      'a packed batch must have all of its items and nothing else',
    );
  });

  it('refuses bytes with another signature', () => {
    expect(() => packedFromBytes(packedToBytes(batch).with(3, 2))).to.throw(
      TypeError,
      'the bytes must begin with the signature of a packed batch',
    );
  });

  it('refuses a batch of another version', () => {
    expect(() => packedFromBytes(packedToBytes({ ...EMPTY, version: 2 }))).to.throw(
      TypeError,
      'a packed batch must have version 1',
    );
  });
});
