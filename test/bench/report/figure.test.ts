import { expect } from 'chai';
import { barText, verdictOn } from '../../../bench/report/bar.js';
import { figureOf } from '../../../bench/report/figure.js';

describe('figureOf', () => {
  it('pools the rounds of all processes, and takes the ratio of each', () => {
    const figure = figureOf([
      { ours: [1, 2], theirs: [2, 2], byHand: [1, 1] },
      { ours: [3], theirs: [2], byHand: [1] },
    ]);

    expect(figure).to.deep.equal({
      ratio: { low: 0.75, median: 1, high: 1.25 },
      ours: 2,
      theirs: 2,
      byHand: { low: 0.5, median: 0.5, high: 0.5 },
    });
  });

  it('omits the hand-written minimum if it was not measured', () => {
    expect(figureOf([{ ours: [1], theirs: [2] }])).not.to.have.property('byHand');
  });
});

describe('verdictOn', () => {
  const ratio = { low: 0.9, median: 1.1, high: 1.3 };

  it('compares the median', () => {
    expect(verdictOn({ limit: 1.1 }, ratio)).to.equal('met');
    expect(verdictOn({ limit: 1 }, ratio)).to.equal('missed');
    expect(verdictOn({ limit: 1.1, atLeast: true }, ratio)).to.equal('met');
    expect(verdictOn({ limit: 1.2, atLeast: true }, ratio)).to.equal('missed');
  });

  it('is close when only the nearer quartile meets a bar within its spread', () => {
    expect(verdictOn({ limit: 1, withinSpread: true }, ratio)).to.equal('close');
    expect(verdictOn({ limit: 0.8, withinSpread: true }, ratio)).to.equal('missed');
    expect(verdictOn({ limit: 1.2, atLeast: true, withinSpread: true }, ratio)).to.equal('close');
    expect(verdictOn({ limit: 1.4, atLeast: true, withinSpread: true }, ratio)).to.equal('missed');
  });
});

describe('barText', () => {
  it('has the direction of the bar', () => {
    expect(barText({ limit: 0.5 })).to.equal('≤ 0.5');
    expect(barText({ limit: 0.99, atLeast: true, withinSpread: true })).to.equal('≥ 0.99 within its spread');
  });
});
