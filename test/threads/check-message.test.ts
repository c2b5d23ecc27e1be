import { MessageChannel } from 'node:worker_threads';
import { expect } from 'chai';
import { checkReceiverMessage, isBatch, isPortHandover } from '../../src/threads/check-message.js';

describe('checkReceiverMessage', () => {
  for (const message of [
    { type: 'room' },
    { type: 'demand', spans: true, orphans: false },
    { type: 'flush', flush: 1 },
  ]) {
    it(`accepts a message of the type ${message.type}`, () => {
      expect(checkReceiverMessage(message)).to.equal(message);
    });
  }

  const TWO_BOOLEANS = 'a demand must have two booleans';
  for (const [what, message, reason] of [
    ['is no object', 'room', 'a message must be an object'],
    ['has a list as its type', { type: ['room'] }, 'a message must have a known type'],
    ['is a message of a relay', { type: 'ready' }, 'a message must have a known type'],
    ['demands a number of spans', { type: 'demand', spans: 1, orphans: true }, TWO_BOOLEANS],
    ['demands a number of orphans', { type: 'demand', spans: true, orphans: 1 }, TWO_BOOLEANS],
    ['requests a flush without a number', { type: 'flush' }, 'a flush must have a number'],
  ] as const) {
    it(`refuses a message that ${what}`, () => {
      expect(() => checkReceiverMessage(message)).to.throw(TypeError, reason);
    });
  }
});

describe('isBatch', () => {
  it('is true for messages of the type batch alone', () => {
    const values = [{ type: 'batch' }, { type: 'ready' }, undefined, null, 'batch'];

    expect(values.map(isBatch)).to.deep.equal([true, false, false, false, false]);
  });
});

describe('isPortHandover', () => {
  it('is true only for a port that is meant for this relay', () => {
    const { port1: port } = new MessageChannel();
    const values = [
      { otelSpanCacheRelay: 'this', port },
      { otelSpanCacheRelay: 'other', port },
      { otelSpanCacheRelay: 'this', port: {} },
      { port },
      null,
      'this',
    ];

    expect(values.map((value) => isPortHandover(value, 'this'))).to.deep.equal([
      true,
      ...Array.from({ length: 5 }, () => false),
    ]);
    port.close();
  });
});
