import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { Demand } from '../../src/fanout/demand.js';
import { listenToWarnings } from '../scenarios/service.js';

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
});
