import { expect } from 'chai';
import { exceptionText, exceptionType } from '../../src/text/exception-text.js';

const recorded = (type: string, stack?: string) => ({ 'exception.type': type, 'exception.stacktrace': stack });

describe('exceptionType()', () => {
  it('takes the name from the stack trace where the recorded type is a number', () => {
    expect(exceptionType(recorded('23', 'TimeoutError: aborted\n    at x (y:1:2)'))).to.equal('TimeoutError');
    expect(exceptionType(recorded('23', 'errors.Late\n    at x (y:1:2)'))).to.equal('errors.Late');
    expect(exceptionType(recorded('23', 'Error [E23]: late'))).to.equal('Error');
    expect(exceptionType(recorded('-32601', 'RpcError: late'))).to.equal('RpcError');
  });

  it('keeps the number where the stack trace has no name', () => {
    for (const stack of [undefined, '', 'no name here: x', '    at x (y:1:2)']) {
      expect(exceptionType(recorded('23', stack))).to.equal('23');
    }
  });

  it('keeps any other type', () => {
    expect(exceptionType(recorded('ECONNRESET', 'Error: read'))).to.equal('ECONNRESET');
    expect(exceptionType({})).to.equal(undefined);
  });
});

describe('exceptionText()', () => {
  it('joins what there is of type and message', () => {
    expect(exceptionText({ 'exception.type': 'E', 'exception.message': 'late' })).to.equal('E: late');
    expect(exceptionText({ 'exception.message': 'late' })).to.equal('late');
    expect(exceptionText({ 'exception.type': 'E', 'exception.message': '' })).to.equal('E');
    expect(exceptionText({ other: 1 })).to.equal('');
  });
});
