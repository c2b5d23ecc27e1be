import { expect } from 'chai';
import { messageShape } from '../../src/errors/message-shape.js';

describe('messageShape', () => {
  const shapes: readonly (readonly [message: string, shape: string])[] = [
    ['order 17 not found', 'order <n> not found'],
    ['took 1.5 s, not -3', 'took <n> s, not <n>'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED <n>'],
    ["Cannot read properties of undefined (reading 'id')", "Cannot read properties of undefined (reading '<text>')"],
    ['duplicate key "orders_pkey"', 'duplicate key "<text>"'],
    ["can't do that, won't do this", "can't do that, won't do this"],
    ['no user 123e4567-e89b-12d3-a456-426614174000', 'no user <uuid>'],
    ['commit 9fceb02d0ae598e95dc970b74767f19372d61af8', 'commit <hex>'],
    ['at 0xDEADbeef', 'at <hex>'],
    ['charge ch_3PqL9x failed', 'charge <id> failed'],
    ['key AbC12dEfG345', 'key <id>'],
    ['the defaced facade', 'the defaced facade'],
    ['two\n  lines', 'two lines'],
  ];

  for (const [message, shape] of shapes) {
    it(`makes ${JSON.stringify(shape)}`, () => {
      expect(messageShape(message)).to.equal(shape);
    });
  }

  it('takes little time for any text', () => {
    const started = process.cpuUsage().user;

    for (const part of ["'", '"a', 'a-', 'a_', '1', '1.', 'f', '“', ' ', '\n']) messageShape(part.repeat(100_000));

    expect(process.cpuUsage().user - started).to.be.below(1_000_000);
  });
});
