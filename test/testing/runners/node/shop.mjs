import assert from 'node:assert';
import { describe, it } from 'node:test';
import { assertSpan } from 'otel-span-cache/testing';
import { currentScope, traced } from 'otel-span-cache/testing/node';
import { checkout } from '../checkout.mjs';

describe('side by side', { concurrency: true }, () => {
  for (const amount of [1, 2, 3]) {
    it(
      `has its own spans: ${amount}`,
      traced(async (t, scope) => {
        await checkout(amount);

        assert.equal(scope, currentScope());
        assert.equal(scope.name, t.name);
        assert.deepEqual(
          scope.spans.map(({ name, attributes }) => [name, attributes.amount]),
          [
            ['checkout', undefined],
            ['charge', amount],
          ],
        );
      }),
    );
  }
});

it(
  'fails',
  traced(async (_t, scope) => {
    await checkout(1);
    assertSpan(scope, { name: 'charge', attributes: { amount: 2 } });
  }),
);
