import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import { ReceivedResource } from '../../src/model/received-resource.js';

describe('ReceivedResource', () => {
  it('merges as the SDK’s resource does', () => {
    const own = { shared: 'own', a: 1 };
    const other = { shared: 'other', b: 2 };
    const schemas = [undefined, 'https://one', 'https://two'];

    for (const [mine, yours] of schemas.flatMap((one) => schemas.map((two) => [one, two]))) {
      const theSdks = resourceFromAttributes(own, { schemaUrl: mine! }).merge(
        resourceFromAttributes(other, { schemaUrl: yours! }),
      );

      const merged = new ReceivedResource(own, mine, false).merge(new ReceivedResource(other, yours, false));

      expect(merged.attributes).to.deep.equal(theSdks.attributes);
      expect(merged.schemaUrl, `${mine} with ${yours}`).to.equal(theSdks.schemaUrl);
    }
  });

  it('can be merged into one of the SDK', () => {
    const merged = resourceFromAttributes({ a: 1 }).merge(new ReceivedResource({ b: 2 }, undefined, false) as never);

    expect(merged.attributes).to.deep.equal({ a: 1, b: 2 });
  });

  it('stays the same object when merged with nothing', () => {
    const resource = new ReceivedResource({ a: 1 }, undefined, false);

    expect(resource.merge(null)).to.equal(resource);
  });

  it('needs no wait once it is complete', async () => {
    const resource = new ReceivedResource({ a: 1 }, undefined, false);

    await resource.waitForAsyncAttributes();

    expect(resource.asyncAttributesPending).to.equal(false);
  });
});
