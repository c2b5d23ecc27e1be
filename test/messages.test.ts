import { expect } from 'chai';
import { messagesIn } from '../.ci/messages/messages-in.js';

describe('messagesIn', () => {
  it('lists strings of more than one word, in the order of the source', () => {
    const source = "throw new Error('too large'); warn('one'); const options = { expected: 'a positive integer' };";

    expect(messagesIn(source)).to.deep.equal(['too large', 'a positive integer']);
  });

  it('shows the expressions of a template as placeholders', () => {
    expect(messagesIn('warn(`lost ${count} spans of ${total}`);')).to.deep.equal(['lost ‹count› spans of ‹total›']);
  });

  it('joins concatenated literals', () => {
    expect(messagesIn("warn('the first part ' + 'and ' + rest);")).to.deep.equal(['the first part and ‹rest›']);
  });

  it('lists messages inside of placeholders, too', () => {
    const source = "warn(`stopped${late ? ' too late' : ''} after ${millis} ms`);";

    expect(messagesIn(source)).to.include(' too late');
  });

  it('omits imports, types, directives, symbols and lists of keys', () => {
    const source = `
      'use a directive';
      import 'a module name';
      type Choice = 'of two' | 'of three';
      const choice = 'of four' as Choice;
      const key = Symbol.for('a symbol key');
      const keys = 'http.route http.method traceId'.split(' ');
      const words = ('more of ' + 'the words').split(' ');
    `;

    expect(messagesIn(source)).to.deep.equal(['of four']);
  });

  it('omits texts without a word of their own', () => {
    expect(messagesIn("const line = `${name}  ${value}`; const gap = '  ';")).to.deep.equal([]);
  });

  it('throws for a source that is not TypeScript', () => {
    expect(() => messagesIn('const = ;')).to.throw(SyntaxError);
  });
});
