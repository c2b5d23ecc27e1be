import { expect } from 'chai';
import { Unexported, unexportedText } from '../../src/register/unexported.js';

type Done = (result: { code: number }) => void;

function watched() {
  const answers: Done[] = [];
  const exporter = { export: (_items: unknown[], done: Done) => void answers.push(done) };
  const unexported = new Unexported();
  unexported.watch(exporter);
  return { exporter, unexported, answers };
}

describe('Unexported', () => {
  it('counts items of unanswered exports once, even if the exporter is watched repeatedly', () => {
    const { exporter, unexported, answers } = watched();
    unexported.watch(exporter);
    const results: object[] = [];

    exporter.export([1, 2, 3], (result) => results.push(result));
    exporter.export([4], (result) => results.push(result));
    expect(unexported.count).to.equal(4);
    answers[0]!({ code: 0 });
    answers[0]!({ code: 0 });

    expect(unexported.count).to.equal(1);
    expect(results).to.deep.equal([{ code: 0 }, { code: 0 }]);
  });

  it('counts failed spans until the failures are forgotten', () => {
    const { exporter, unexported, answers } = watched();
    exporter.export([1, 2], () => {});
    answers[0]!({ code: 1 });

    expect(unexported.count).to.equal(2);
    unexported.forgetFailures();
    expect(unexported.count).to.equal(0);
  });

  it('counts the items of an export that throws, and rethrows the error', () => {
    const unexported = new Unexported();
    const exporter = {
      export(_items: unknown[], _done: Done): void {
        throw new Error('no export');
      },
    };
    unexported.watch(exporter);

    expect(() => exporter.export([1], () => {})).to.throw('no export');
    expect(unexported.count).to.equal(1);
  });

  it('ignores values that are not exporters', () => {
    const unexported = new Unexported();

    for (const value of [undefined, null, {}, 'exporter']) unexported.watch(value);

    expect(unexported.count).to.equal(0);
  });

  it('is formatted as text', () => {
    const { exporter, unexported: spans } = watched();
    const logRecords = new Unexported();
    expect(unexportedText({ spans, logRecords })).to.equal('');

    exporter.export([1], () => {});
    expect(unexportedText({ spans, logRecords })).to.equal('1 span');
    expect(unexportedText({ spans, logRecords: spans })).to.equal('1 span, 1 log record');
  });
});
