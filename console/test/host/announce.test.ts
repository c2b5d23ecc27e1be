import { expect } from 'chai';
import { announcer, listeningLine } from '../../src/host/announce.js';

describe('listeningLine()', () => {
  it('shows no character of a service name that a terminal acts on', () => {
    const line = listeningLine('a\x1b[2J\n\u009b\u202e\u2028b', 'http://127.0.0.1:1/#t', undefined);

    expect(line).to.equal('otel-span-cache-console: a�[2J����b at http://127.0.0.1:1/#t');
  });

  it('says that other machines can reach the console', () => {
    expect(listeningLine('shop', 'http://10.0.0.7:1/#t', '10.0.0.7')).to.match(
      /other machines: it listens on 10\.0\.0\.7/,
    );
    expect(listeningLine('shop', 'http://127.0.0.1:1/#t', '127.0.0.1')).to.not.match(/other machines/);
  });
});

describe('announcer()', () => {
  it('gives up a line that cannot be written', () => {
    const announce = announcer({
      announce: () => {
        throw new Error('closed');
      },
    });

    expect(() => announce('line')).to.not.throw();
  });
});
