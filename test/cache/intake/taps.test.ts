import { diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { Taps } from '../../../src/cache/intake/taps.js';
import type { ReadableLogRecord, ReadableSpan } from '../../../src/model/otel.js';

const tap = () => ({ onStart: sinon.spy(), onEnd: sinon.spy(), onEmit: sinon.spy() });
const span = {} as ReadableSpan;
const record = {} as ReadableLogRecord;

describe('Taps', () => {
  it('show what starts, ends and is emitted', () => {
    const taps = new Taps();
    const one = tap();
    taps.add(one);

    taps.started(span, ROOT_CONTEXT);
    taps.ended(span);
    taps.emitted(record, undefined);

    expect(one.onStart.args).to.deep.equal([[span, ROOT_CONTEXT]]);
    expect(one.onEnd.args).to.deep.equal([[span]]);
    expect(one.onEmit.args).to.deep.equal([[record, undefined]]);
  });

  it('go on when one of them throws', () => {
    const taps = new Taps();
    const two = tap();
    taps.add({ ...tap(), onEnd: sinon.stub().throws() });
    taps.add(two);

    taps.ended(span);

    expect(two.onEnd.calledOnce).to.equal(true);
  });

  it('throw nothing into the application even if the diag logger throws as well', () => {
    const broken = sinon.stub().throws(new Error('broken logger'));
    diag.setLogger({ error: broken, warn: broken, info: broken, debug: broken, verbose: broken }, { suppressOverrideMessage: true });
    const taps = new Taps();
    taps.add({ onStart: sinon.stub().throws(), onEnd: sinon.stub().throws(), onEmit: sinon.stub().throws() });

    const calls = () => {
      taps.started(span, ROOT_CONTEXT);
      taps.ended(span);
      taps.emitted(record, undefined);
    };

    expect(calls).not.to.throw();
    diag.disable();
    expect(broken.callCount).to.equal(3);
  });

  it('show nothing to one that was taken away', () => {
    const taps = new Taps();
    const one = tap();
    taps.add(one)[Symbol.dispose]();

    taps.ended(span);

    expect(one.onEnd.called).to.equal(false);
    expect(taps.wantEveryRecord).to.equal(false);
  });

  it('want every log record made for one that says nothing else', () => {
    const taps = new Taps();

    taps.add({ ...tap(), everyRecord: false });
    const before = taps.wantEveryRecord;
    taps.add(tap());

    expect([before, taps.wantEveryRecord]).to.deep.equal([false, true]);
  });
});
