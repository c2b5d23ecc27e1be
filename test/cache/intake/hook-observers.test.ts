import { diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { HookObservers } from '../../../src/cache/intake/hook-observers.js';
import type { ReadableLogRecord, ReadableSpan } from '../../../src/model/otel.js';
import { listenToErrors } from '../../scenarios/service.js';

const observer = () => ({ onStart: sinon.spy(), onEnd: sinon.spy(), onEmit: sinon.spy() });
const span = {} as ReadableSpan;
const record = {} as ReadableLogRecord;

/** Has the errors of the package go to a spy. */
function listenForErrors(): sinon.SinonSpy {
  const error = sinon.spy();
  listenToErrors(error);
  return error;
}

describe('HookObservers', () => {
  afterEach(() => diag.disable());

  it('pass on starts, ends and emitted records', () => {
    const observers = new HookObservers();
    const one = observer();
    observers.add(one);

    observers.started(span, ROOT_CONTEXT);
    observers.ended(span);
    observers.emitted(record, undefined);

    expect(one.onStart.args).to.deep.equal([[span, ROOT_CONTEXT]]);
    expect(one.onEnd.args).to.deep.equal([[span]]);
    expect(one.onEmit.args).to.deep.equal([[record, undefined]]);
  });

  it('continue when one of them throws, and report it', () => {
    const errors = listenForErrors();
    const observers = new HookObservers();
    const [two, why] = [observer(), new Error('why')];
    observers.add({ ...observer(), onEnd: sinon.stub().throws(why) });
    observers.add(two);

    observers.ended(span);

    expect(two.onEnd.calledOnce).to.equal(true);
    expect(errors.args).to.deep.equal([['otel-span-cache', 'a hook observer failed', why]]);
  });

  it('skip the hooks that an observer does not have', () => {
    const errors = listenForErrors();
    const observers = new HookObservers();
    observers.add({});

    observers.started(span, ROOT_CONTEXT);
    observers.ended(span);
    observers.emitted(record, undefined);

    expect(errors.args).to.deep.equal([]);
  });

  it('throw nothing into the application even if the diag logger throws as well', () => {
    const broken = sinon.stub().throws(new Error('broken logger'));
    diag.setLogger(
      { error: broken, warn: broken, info: broken, debug: broken, verbose: broken },
      { suppressOverrideMessage: true },
    );
    const observers = new HookObservers();
    observers.add({ onStart: sinon.stub().throws(), onEnd: sinon.stub().throws(), onEmit: sinon.stub().throws() });

    const calls = () => {
      observers.started(span, ROOT_CONTEXT);
      observers.ended(span);
      observers.emitted(record, undefined);
    };

    expect(calls).not.to.throw();
    expect(broken.callCount).to.equal(3);
  });

  it('pass nothing to a removed observer, and still pass on to the others', () => {
    const observers = new HookObservers();
    const [one, two] = [observer(), { onEnd: sinon.spy() }];
    const handle = observers.add(one);
    observers.add(two);
    handle.close();

    observers.ended(span);

    expect([one.onEnd.called, two.onEnd.called]).to.deep.equal([false, true]);
    expect(observers.wantEveryRecord).to.equal(false);
  });

  it('have every log record created for an observer with onEmit() alone', () => {
    const observers = new HookObservers();

    observers.add({ ...observer(), everyRecord: false });
    observers.add({ onStart() {}, onEnd() {} });
    const before = observers.wantEveryRecord;
    observers.add(observer());

    expect([before, observers.wantEveryRecord]).to.deep.equal([false, true]);
  });
});
