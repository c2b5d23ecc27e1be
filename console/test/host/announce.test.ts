import { expect } from 'chai';
import { pid } from 'node:process';
import { announcer, listeningJson, listeningLine, type Listening } from '../../src/host/announce.js';

const SHOP: Listening = { service: 'shop', url: 'http://127.0.0.1:1/#t', host: undefined, otlpUrl: undefined };
const ODD = 'a\x1b[2J\n\u009b\u202e\u2028b';

describe('listeningLine()', () => {
  it('shows no character of a service name that a terminal acts on', () => {
    const line = listeningLine({ ...SHOP, service: ODD });

    expect(line).to.equal('otel-span-cache-console: a�[2J����b at http://127.0.0.1:1/#t');
  });

  it('says that other machines can reach the console', () => {
    expect(listeningLine({ ...SHOP, host: '10.0.0.7' })).to.match(/other machines: it listens on 10\.0\.0\.7/);
    expect(listeningLine({ ...SHOP, host: '127.0.0.1' })).to.not.match(/other machines/);
  });
});

describe('listeningLine() with OTLP', () => {
  it('is one line with both addresses', () => {
    expect(listeningLine({ ...SHOP, otlpUrl: 'http://127.0.0.1:4318' })).to.equal(
      'otel-span-cache-console: shop at http://127.0.0.1:1/#t · takes OTLP at http://127.0.0.1:4318',
    );
  });
});

describe('listeningJson()', () => {
  it('has the same for a program, on one line that a terminal does not act on', () => {
    const line = listeningJson({ ...SHOP, service: ODD, otlpUrl: 'http://127.0.0.1:4318' });

    // oxlint-disable-next-line no-control-regex -- the range excludes control characters
    expect(line).to.match(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).to.deep.equal({ service: ODD, pid, url: SHOP.url, otlpUrl: 'http://127.0.0.1:4318' });
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
