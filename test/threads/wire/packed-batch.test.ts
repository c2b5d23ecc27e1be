import { expect } from 'chai';
import { checkPackedBatch, packedBytes, type PackedBatch } from '../../../src/threads/wire/packed-batch.js';
import { EMPTY } from './transfer.js';

/** Two items: one of three bytes and one of none. */
const ITEMS = Uint8Array.of(0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0);

describe('checkPackedBatch', () => {
  for (const [what, members] of [
    ['without items', {}],
    ['of spans', { spans: 2, items: ITEMS }],
    ['of orphans', { orphans: 2, items: ITEMS }],
    ['of a span and an orphan', { spans: 1, orphans: 1, items: ITEMS }],
    ['with the largest losses', { dropped: 2 ** 31 - 1, droppedOrphans: 2 ** 31 - 1 }],
    ['after the largest table', { known: 65_536 }],
    ['with empty texts', { added: [''], once: [''] }],
    ['with members of later versions', { later: true }],
  ] as const) {
    it(`accepts a batch ${what}`, () => {
      const batch = { ...EMPTY, ...members };

      expect(checkPackedBatch(batch)).to.equal(batch);
    });
  }

  const OBJECT = 'a packed batch must be an object';
  const VERSION = 'a packed batch must have version 1';
  const COUNTS = 'a packed batch must have counts of its items';
  const LOSSES = 'the losses of a packed batch must be counts';
  const RESTART = 'a packed batch must have a boolean restart';
  const KNOWN = 'a packed batch must have a table length as known';
  const TEXTS = 'the texts of a packed batch must be strings';
  const BYTES = 'a packed batch must have bytes';
  const COMPLETE = 'a packed batch must have all of its items and nothing else';
  for (const [what, value, reason] of [
    ['nothing', null, OBJECT],
    ['a list', [EMPTY], OBJECT],
    ['a batch of another version', { ...EMPTY, version: 2 }, VERSION],
    ['a version that is a text', { ...EMPTY, version: '1' }, VERSION],
    ['a negative number of spans', { ...EMPTY, spans: -1 }, COUNTS],
    ['a fraction of an orphan', { ...EMPTY, orphans: 0.5 }, COUNTS],
    ['a loss of more than 31 bits', { ...EMPTY, dropped: 2 ** 31 }, LOSSES],
    ['a negative loss of orphans', { ...EMPTY, droppedOrphans: -1 }, LOSSES],
    ['a restart that is a number', { ...EMPTY, restart: 1 }, RESTART],
    ['a table longer than any', { ...EMPTY, known: 65_537 }, KNOWN],
    ['a negative table length', { ...EMPTY, known: -1 }, KNOWN],
    ['a fraction as a table length', { ...EMPTY, known: 0.5 }, KNOWN],
    ['a text instead of texts', { ...EMPTY, added: 'text' }, TEXTS],
    ['a number among the texts', { ...EMPTY, once: ['text', 1] }, TEXTS],
    ['objects that are no bytes', { ...EMPTY, objects: [] }, BYTES],
    ['items that are no bytes', { ...EMPTY, items: new Uint16Array() }, BYTES],
    ['fewer items than counted', { ...EMPTY, spans: 2, orphans: 1, items: ITEMS }, COMPLETE],
    ['more items than counted', { ...EMPTY, spans: 1, items: ITEMS }, COMPLETE],
    ['a cut item', { ...EMPTY, spans: 1, items: ITEMS.slice(0, 6) }, COMPLETE],
    ['a cut length of an item', { ...EMPTY, spans: 1, items: ITEMS.slice(0, 3) }, COMPLETE],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => checkPackedBatch(value)).to.throw(TypeError, reason);
    });
  }

  it('reads items from the middle of a buffer', () => {
    const items = Uint8Array.of(9, 9, ...ITEMS, 9).subarray(2, -1);
    const batch = { ...EMPTY, spans: 2, items };

    expect(checkPackedBatch(batch)).to.equal(batch);
  });
});

describe('packedBytes', () => {
  it('is the sum of all bytes and texts', () => {
    const batch: PackedBatch = {
      ...EMPTY,
      added: ['a', 'bc'],
      once: ['def', ''],
      objects: new Uint8Array(10),
      items: new Uint8Array(100),
    };

    expect(packedBytes(batch)).to.equal(116);
  });
});
