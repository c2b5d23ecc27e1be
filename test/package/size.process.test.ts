import { expect } from 'chai';
import { BUDGET, measure, type Sizes } from './size.js';

describe('The size of the package', function () {
  this.timeout(60_000);

  let sizes: Sizes;
  before(async () => {
    sizes = await measure();
  });

  for (const [what, budget] of Object.entries(BUDGET)) {
    it(`is within its budget: ${what}`, () => {
      expect(sizes[what as keyof Sizes]).to.be.within(1, budget);
    });
  }
});
