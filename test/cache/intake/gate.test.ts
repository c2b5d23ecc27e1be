import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { Gate } from '../../../src/cache/intake/gate.js';
import { listenToWarnings } from '../../scenarios/service.js';

describe('Gate', () => {
  afterEach(() => diag.disable());

  it('is open while somebody is subscribed, until it is closed', () => {
    const gate = new Gate();
    const states = [gate.open];

    for (const isSubscribed of [true, false, true]) {
      gate.update(isSubscribed, false);
      states.push(gate.open);
    }
    gate.close();
    gate.update(true, false);
    states.push(gate.open);

    expect(states).to.deep.equal([false, true, false, true, false]);
  });

  it('reports a listener that throws, and calls the others', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const error = new Error('why');
    const gate = new Gate();
    const listener = sinon.spy();

    gate.watch(sinon.fake.throws(error));
    gate.watch(listener);
    gate.update(true, false);

    expect(warn.args).to.deep.equal(
      Array.from({ length: 2 }, () => ['otel-span-cache', 'a listener of the demand failed', error]),
    );
    expect(listener.args.map(([demand]) => demand as object)).to.deep.equal([
      { spans: false, orphans: false },
      { spans: true, orphans: false },
    ]);
  });

  it('reports a change made by a listener after the change that it responds to', () => {
    const gate = new Gate();
    const told: string[] = [];
    gate.watch(({ spans }) => {
      if (spans) gate.update(false, true);
    });
    gate.watch(({ spans, orphans }) => told.push(`${spans} ${orphans}`));

    gate.update(true, false);

    expect(told).to.deep.equal(['false false', 'true false', 'false true']);
  });

  it("stops and reports when two listeners undo each other's changes", () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const gate = new Gate();
    const [on, off] = [sinon.spy(() => gate.update(true, false)), sinon.spy(() => gate.update(false, false))];
    gate.watch(on);
    gate.watch(off);
    const calls = on.callCount;
    warn.resetHistory();

    gate.update(true, true);

    expect(on.callCount - calls).to.be.within(2, 150);
    expect(warn.args.map(([, message]) => message as string)).to.deep.equal([
      'listeners set the demand 100 times in response to one change; further changes are ignored',
    ]);
  });
});
