import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { Demand } from '../../../src/cache/intake/demand.js';
import { listenToWarnings } from '../../scenarios/service.js';

describe('Demand', () => {
  afterEach(() => diag.disable());

  it('reports a listener that throws, and tells the others', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const error = new Error('why');
    const demand = new Demand();
    const listener = sinon.spy();

    demand.watch(sinon.fake.throws(error));
    demand.watch(listener);
    demand.update(true, false);

    expect(warn.args).to.deep.equal([['otel-span-cache', 'a listener could not be told what is wanted', error]]);
    expect(listener.args).to.deep.equal([[{ spans: false, orphans: false }], [{ spans: true, orphans: false }]]);
  });

  it('tells each listener of a change that another one makes in answer, after the one that it answers', () => {
    const demand = new Demand();
    const told: string[] = [];
    demand.watch(({ spans }) => {
      if (spans) demand.update(false, true);
    });
    demand.watch(({ spans, orphans }) => told.push(`${spans} ${orphans}`));

    demand.update(true, false);

    expect(told).to.deep.equal(['false false', 'true false', 'false true']);
  });

  it('comes to an end, and says so, if two listeners each undo what the other one does', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const demand = new Demand();
    const [on, off] = [sinon.spy(() => demand.update(true, false)), sinon.spy(() => demand.update(false, false))];
    demand.watch(on);
    demand.watch(off);
    const calls = on.callCount;

    demand.update(true, true);

    expect(on.callCount - calls).to.be.within(2, 150);
    expect(warn.args.map(([, message]) => message as string)).to.deep.equal([
      'listeners have changed what is wanted 100 times in answer to a change',
    ]);
  });
});
