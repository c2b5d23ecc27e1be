import { expect } from 'chai';
import { valueText } from '../../src/model/text-of.js';

describe('valueText', () => {
  const cases: [value: unknown, text: string][] = [
    [17, '17'],
    [false, 'false'],
    [null, 'null'],
    [undefined, 'undefined'],
    [12n, '12'],
    ['card_declined', 'card_declined'],
    ['https://example.com/a?b=1', 'https://example.com/a?b=1'],
    ['two words', '"two words"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['', '""'],
    ['17', '"17"'],
    ['true', '"true"'],
    [['tea', 2, [true]], '[tea, 2, [true]]'],
    [{ id: 17, tags: ['a'] }, '{id=17, tags=[a]}'],
    [{}, '{}'],
    [new Uint8Array(5), '<5 bytes>'],
    [Object.assign(Object.create(null), { a: 1 }), '{a=1}'],
    [{ type: 'PaymentError', message: 'card declined', stack: 'PaymentError: …' }, 'PaymentError: card declined'],
    [new RangeError('too far'), 'RangeError: too far'],
  ];
  for (const [value, text] of cases) {
    it(`writes ${text}`, () => {
      expect(valueText(value)).to.equal(text);
    });
  }

  it('goes three levels deep', () => {
    expect(valueText({ a: { b: [{ c: 1 }, []] } })).to.equal('{a={b=[{…}, […]]}}');
  });

  it('ends for a value that contains itself', () => {
    const ring: Record<string, unknown> = {};
    ring['self'] = ring;

    expect(valueText(ring)).to.equal('{self={self={self={…}}}}');
  });

  it('shows the first 20 items', () => {
    expect(valueText(Array(21).fill(0))).to.equal(`[${'0, '.repeat(20)}…]`);
  });
});
