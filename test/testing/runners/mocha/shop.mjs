import { expect, use } from 'chai';
import { traceTesting } from 'otel-span-cache/testing';
import { traceChai } from 'otel-span-cache/testing/chai';
import { currentScope } from 'otel-span-cache/testing/mocha';
import { checkout, leak } from '../checkout.mjs';

use(traceChai);

describe('passing', () => {
  beforeEach(function () {
    expect(this.traceScope.name).to.match(/^passing /);
    expect(() => currentScope()).to.throw(/no scope is active/);
  });

  it('has its own spans', async () => {
    await checkout(1);
    expect(currentScope()).to.have.span({ name: 'charge', attributes: { amount: 1 } });
    expect(currentScope()).to.matchTrace({ name: 'checkout', children: [{ name: 'charge' }] });
    expect(currentScope()).to.have.openSpans(0);
  });

  it('has none of the test before', async function () {
    expect(this.traceScope).to.equal(currentScope());
    expect(currentScope()).to.not.have.span({ name: 'checkout' });
    await checkout(2);
    expect(currentScope()).to.not.have.span({ name: 'charge', attributes: { amount: 1 } });
    expect(currentScope()).to.not.matchTrace({ name: 'charge' });
  });

  it('waits for done', (done) => {
    checkout(3)
      .then(() => expect(currentScope()).to.have.span({ name: 'charge' }))
      .then(() => done(), done);
  });

  let tries = 0;
  it('is tried again', function () {
    this.retries(1);
    leak();
    expect(currentScope()).to.have.openSpans(1);
    expect(++tries).to.equal(2);
  });

  it('emits', async () => {
    await expect(() => checkout(4)).to.emitSpan({ name: 'charge', attributes: { amount: 4 } });
    await expect(() => checkout(4)).to.not.emitSpan({ name: 'refund' });
    const run = await traceTesting().run(leak);
    expect(run).to.not.have.openSpans(0);
  });
});

describe('failing', () => {
  it('span', async () => {
    await checkout(1);
    expect(currentScope()).to.have.span({ name: 'charge', attributes: { amount: 2 } });
  });

  it('not span', async () => {
    await checkout(1);
    expect(currentScope()).to.not.have.span({ name: 'charge' });
  });

  it('matchTrace', async () => {
    await checkout(1);
    expect(currentScope()).to.matchTrace({ name: 'checkout', children: [{ name: 'refund' }] });
  });

  it('not matchTrace', async () => {
    await checkout(1);
    expect(currentScope()).to.not.matchTrace({ name: 'checkout' });
  });

  it('openSpans', () => {
    leak();
    expect(currentScope()).to.have.openSpans(0);
  });

  it('not openSpans', () => {
    expect(currentScope()).to.not.have.openSpans(0);
  });

  it('emitSpan', async () => {
    await expect(() => checkout(1)).to.emitSpan({ name: 'charge', attributes: { amount: 2 } });
  });

  it('not emitSpan', async () => {
    await expect(() => checkout(1)).to.not.emitSpan({ name: 'charge' });
  });

  it('with a message of the test', async () => {
    await checkout(1);
    expect(currentScope(), 'after the retry').to.have.span({ name: 'refund' });
  });

  it('with a message of the test, awaited', async () => {
    await expect(() => checkout(1), 'after the retry').to.emitSpan({ name: 'refund' });
  });

  it('by done', (done) => {
    const fail = () => expect(currentScope()).to.matchTrace({ name: 'checkout', children: [{ name: 'refund' }] });
    checkout(1)
      .then(fail)
      .then(() => done(), done);
  });
});
